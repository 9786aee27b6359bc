// The file as a stream of rows: gzip or plain, never whole in memory.
import { createReadStream, openSync, readSync, closeSync } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { Stop } from "../lib/say.mjs";
import { COLUMNS, parseRow } from "./row.mjs";
import { decoded } from "./text.mjs";

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

/** zlib's words where a file ends before its end. */
const TRUNCATED = "unexpected end of file";

/**
 * Every row of the text that `streams` give; `tick` is called for each, `note` for what had to be
 * assumed about the text as a whole.
 */
async function* rowsOf(streams, name, { tick = () => {}, note } = {}) {
  // A description may hold a bare quotation mark, and a row may be short: both are for parseRow to judge.
  const parser = parse({ bom: true, relax_quotes: true, relax_column_count: true });
  const rows = pipeline(...streams, (chunks) => decoded(chunks, name, note), parser, () => {});
  let header;
  let next = 1;
  try {
    for await (const fields of rows) {
      const line = next;
      next += 1 + lineBreaks(fields);
      // An empty line.
      if (fields.length === 1 && fields[0] === "") continue;
      if (!header) {
        header = checked(fields, name);
        continue;
      }
      tick();
      yield parseRow(fields, line);
    }
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop(error.message === TRUNCATED ? `${name} breaks off: it is a gzip without its end.` : `${name} cannot be read: ${error.message}`);
  }
  if (!header) throw new Stop(`${name} is empty.`);
}

/** The parser counts a line break in quotation marks as two where it is CR LF. */
const lineBreaks = (fields) => fields.reduce((count, field) => count + (/[\r\n]/.test(field) ? field.split(/\r\n|\r|\n/).length - 1 : 0), 0);

function checked(fields, name) {
  if (fields.map((field) => field.trim()).join() === COLUMNS.join()) return fields;
  throw new Stop(`${name} is not in the "Online Retail" format.\nIts first line is  ${fields.join()}\nand should be     ${COLUMNS.join()}`);
}

export const rowsOfFile = (file, options) => rowsOf(open(file), file, options);
export const rowsOfBytes = (chunks, options) => rowsOf([Readable.from(chunks)], "the text", options);
export const rowsOfText = (text) => rowsOfBytes([Buffer.from(text)]);
