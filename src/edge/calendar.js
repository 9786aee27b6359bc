// The platform's tables of time zones. It has no `Temporal` yet, so the moment at which clocks
// somewhere show a time is found from what they show at others.

const DAY_MILLIS = 86_400_000;

/** The zone that was asked for last, and how clocks there are read. A shop has one. */
let last;

function clocks(zone) {
  if (last?.zone !== zone) {
    const whole = "numeric";
    const shown = { year: whole, month: whole, day: whole, hour: whole, minute: whole, second: whole };
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", ...shown });
    last = { zone, format, known: new Map() };
  }
  return last;
}

/** The most moments that are remembered: as many as the days of two years. */
const MOST_KNOWN = 731;

/** How far clocks are ahead of UTC at a moment, in milliseconds. Asked day by day, each answer serves twice. */
function ahead({ format, known }, at) {
  if (known.has(at)) return known.get(at);
  const shown = {};
  for (const { type, value } of format.formatToParts(at)) shown[type] = Number(value);
  const millis = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second) - at;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(at, millis);
  return millis;
}

/** When a day begins in a zone, in milliseconds; `day`: days since 1970. Undefined if there is no such zone. */
export function begins(zone, day) {
  let there;
  try {
    there = clocks(zone);
  } catch {
    return undefined;
  }
  const midnight = day * DAY_MILLIS;
  const [before, after] = [ahead(there, midnight - DAY_MILLIS), ahead(there, midnight + DAY_MILLIS)];
  // Of two moments at which clocks may show midnight the first at which they show it, or later.
  const early = midnight - Math.max(before, after);
  if (before === after || early + ahead(there, early) >= midnight) return early;
  return midnight - Math.min(before, after);
}
