// Progress on a terminal or in a log, and what was counted.
import { say, seconds } from "../lib/say.mjs";

const terminal = process.stderr.isTTY;
/** How often a terminal and a log hear of it, in milliseconds. */
const EVERY_MS = terminal ? 100 : 10_000;

export const number = (value) => value.toLocaleString("en-GB");
export const pounds = (pence) => `£${number(Math.trunc(pence / 100))}.${String(pence % 100).padStart(2, "0")}`;

/** Says how far a long piece of work is. `of` is the number of things to do, if it is known. */
export async function progress(label, of, work) {
  const since = performance.now();
  let done = 0;
  const line = () => {
    const rate = done / ((performance.now() - since) / 1000);
    const howFar = of === undefined ? number(done) : `${number(done)} of ${number(of)}`;
    return `${label}: ${howFar}, ${rate.toFixed(rate < 10 ? 1 : 0)}/s, ${seconds(since)}`;
  };
  if (!terminal) say(`- ${label} ...`);
  const pulse = setInterval(() => (terminal ? process.stderr.write(`\r  ${line()}\x1b[K`) : say(`  ${line()}`)), EVERY_MS);
  try {
    return await work((count = 1) => (done += count));
  } finally {
    clearInterval(pulse);
    say(`${terminal ? "\r" : ""}  ${line()}${terminal ? "\x1b[K" : ""}`);
  }
}

/** Prints labels and values under a heading; a value may be text or a number. */
export function table(title, entries) {
  const rows = [...entries].map(([label, value]) => [label, typeof value === "number" ? number(value) : value]);
  if (rows.length === 0) return;
  const widest = Math.max(...rows.map(([label]) => label.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  console.log(`\n${title}`);
  for (const [label, value] of rows) console.log(`  ${label.padEnd(widest)}  ${value.padStart(right)}`);
}

/** Prints every name under its reason, wrapped. */
export function named(title, byReason) {
  if (byReason.size === 0) return;
  console.log(`\n${title}`);
  for (const [reason, names] of byReason) {
    console.log(`  ${reason}: ${number(names.length)}`);
    let line = "   ";
    for (const name of names) {
      if (line.length + name.length > 98) {
        console.log(line);
        line = "   ";
      }
      line += ` ${name}`;
    }
    console.log(line);
  }
}

/** The rows that were not sold, by reason. */
export const faultTable = (title, faults) => table(title, [...faults].sort(([, a], [, b]) => b - a));
