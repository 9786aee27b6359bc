// Codes that a spreadsheet took for something else and wrote back changed. What it changed cannot
// be told from the result: 1230000000001 and 1230000000002 are both 1.23E+12 afterwards. Pure.

export const MANGLED = {
  scientific: "in scientific notation",
  rounded: "a number whose last digits have become zeros",
  float: "a number with a decimal point",
  date: "a date",
  error: "an error of a spreadsheet",
  short: "a number shorter than nearly all others: it may have lost leading zeros",
};

/** How spreadsheets shorten the months, in the languages around; lower case, without a full stop. */
const MONTHS = new Set(
  ["en", "de", "fr", "es", "it", "nl"].flatMap((language) => {
    const month = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });
    return Array.from({ length: 12 }, (_, index) => month.format(Date.UTC(2011, index, 15)).toLowerCase().replace(".", ""));
  }),
);
MONTHS.add("sep").add("mrz");

function isDate(code) {
  // 2-Jan, 02. Jan, Mar-98, Mrz 98
  const [, first, last] = /^(\d{1,2}|\p{L}+\.?)(?:[-/ ]|\. )(\d{2,4}|\p{L}+\.?)$/u.exec(code) ?? [];
  const month = [first, last].find((part) => part && /^\p{L}/u.test(part));
  if (month && /\d/.test(first + last)) return MONTHS.has(month.toLowerCase().replace(".", ""));
  // 02/01/2011, 2011-01-02, 1.2.2011, each perhaps with a time
  const [, one, two] =
    /^(\d{1,2})[-/.](\d{1,2})[-/.](?:19|20)\d\d(?: \d{1,2}:\d\d(?::\d\d)?)?$/.exec(code) ??
    /^(?:19|20)\d\d[-/.](\d{1,2})[-/.](\d{1,2})(?: \d{1,2}:\d\d(?::\d\d)?)?$/.exec(code) ??
    [];
  const [less, more] = [Number(one), Number(two)].sort((a, b) => a - b);
  return less >= 1 && less <= 12 && more <= 31;
}

/** Why a code looks like what a spreadsheet made of another one; undefined if it does not. */
export function mangled(code) {
  if (/^-?\d(?:[.,]\d+)?e[+-]\d{1,3}$/i.test(code)) return MANGLED.scientific;
  // A spreadsheet keeps fifteen digits of a number, and six where it shows it as 1.23457E+12.
  if (/^[1-9]\d{14}0+$/.test(code) || /^[1-9]\d{5,}0{6,}$/.test(code)) return MANGLED.rounded;
  if (/^\d+\.0+$/.test(code)) return MANGLED.float;
  if (/^#(?:NAME\?|REF!|VALUE!|N\/A|DIV\/0!|NUM!|NULL!|SPILL!|CALC!|#+)$/i.test(code)) return MANGLED.error;
  return isDate(code) ? MANGLED.date : undefined;
}

/** Codes of digits that are shorter than nearly all others of digits are. */
export function shortened(codes) {
  const numbers = codes.filter((code) => /^\d+$/.test(code));
  const byLength = Map.groupBy(numbers, ({ length }) => length);
  const [usual, alike] = [...byLength].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  const short = numbers.filter(({ length }) => length < usual);
  // Numbers that simply count up have many lengths.
  const few = Math.max(3, numbers.length / 20);
  return short.length <= few && short.length < alike?.length ? short : [];
}
