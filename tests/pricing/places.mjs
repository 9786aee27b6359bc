// Where a rule applies, by regular expressions.

/** Of the countries in the random carts, those whose postal codes are numbers. */
const NUMERIC = new Set(["DE", "ES", "FR", "US"]);

const plain = (code, country) => code.toUpperCase().replace(NUMERIC.has(country) ? /[^0-9]/g : /[^0-9A-Z]/g, "");

function expression(pattern, country) {
  if (!pattern.endsWith("*")) return { shape: new RegExp(`^${plain(pattern, country)}$`), said: plain(pattern, country).length + 0.5 };
  const begin = pattern.slice(0, -1);
  const rest = country === "GB" && begin.endsWith(" ") ? "[0-9A-Z]{3}" : ".*";
  return { shape: new RegExp(`^${plain(begin, country)}${rest}$`), said: plain(begin, country).length };
}

const region = (name) => name.trim().toLowerCase();

/** How closely a rule names the place, a number that is larger if closer;
 * undefined if it does not. */
export function closeness(rule, place) {
  if (!place || rule.country !== place.country) return undefined;
  const regions = rule.regions ?? (rule.region === undefined ? [] : [rule.region]);
  if (regions.length > 0 && !regions.some((name) => place.region != null && region(name) === region(place.region))) return undefined;
  const patterns = (rule.postal_codes ?? []).map((pattern) => expression(pattern, rule.country));
  const here = place.postal_code == null ? null : plain(place.postal_code, place.country);
  const said = patterns.filter(({ shape }) => here !== null && shape.test(here)).map(({ said }) => said);
  if (patterns.length > 0 && said.length === 0) return undefined;
  return (said.length > 0 ? 100 + 100 * Math.max(...said) : 0) + (regions.length > 0 ? 10 : 0);
}
