// The file as a stream of rows: gzip or plain, never whole in memory.
import { createReadStream, openSync, readSync, closeSync } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { Stop } from "../lib/say.mjs";
import { COLUMNS, parseRow } from "./row.mjs";

/** Told by its first bytes, not by its name. */
function isGzip(file) {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(2);
    return readSync(descriptor, bytes, 0, 2, 0) === 2 && bytes.readUInt16BE() === 0x1f8b;
  } finally {
    closeSync(descriptor);
  }
}

function open(file) {
  try {
    return isGzip(file) ? [createReadStream(file), createGunzip()] : [createReadStream(file)];
  } catch (error) {
    throw new Stop(`${file} cannot be read: ${error.message}`);
  }
}

/** Every row of the text that `streams` give; `tick` is called for each. */
async function* rowsOf(streams, name, tick = () => {}) {
  // A description may hold a bare quotation mark, and a row may be short: both are for parseRow to judge.
  const parser = parse({ bom: true, relax_quotes: true, relax_column_count: true, skip_empty_lines: true });
  const text = pipeline(...streams, parser, () => {});
  let header;
  try {
    for await (const fields of text) {
      if (!header) {
        header = checked(fields, name);
        continue;
      }
      tick();
      yield parseRow(fields);
    }
  } catch (error) {
    throw error instanceof Stop ? error : new Stop(`${name} cannot be read: ${error.message}`);
  }
  if (!header) throw new Stop(`${name} is empty.`);
}

function checked(fields, name) {
  if (fields.map((field) => field.trim()).join() === COLUMNS.join()) return fields;
  throw new Stop(`${name} is not in the "Online Retail" format.\nIts first line is  ${fields.join()}\nand should be     ${COLUMNS.join()}`);
}

export const rowsOfFile = (file, tick) => rowsOf(open(file), file, tick);
export const rowsOfText = (text) => rowsOf([Readable.from([text])], "the text");
