// What the commands that speak to a shop are told.
import { parseArgs } from "node:util";
import { Stop } from "../lib/say.mjs";

/** `files`: how many are named besides. */
export function readArguments(usage, own, { files = 1 } = {}) {
  const url = { type: "string", default: "http://127.0.0.1:8787" };
  const options = { url, email: { type: "string" }, password: { type: "string" }, ...own };
  let read;
  try {
    read = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Stop(`${error.message}\nusage: ${usage}`);
  }
  if (read.positionals.length !== files) throw new Stop(`usage: ${usage}`);
  if (!URL.canParse(read.values.url)) throw new Stop(`--url ${read.values.url} is not an address.`);
  return { ...read.values, file: read.positionals[0] };
}

/** A whole number that was given as text. */
export function whole(name, text, least, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Stop(`--${name} ${text} is not a whole number from ${least} to ${most}.`);
}
