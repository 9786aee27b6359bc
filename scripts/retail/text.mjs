// Bytes as text: the encoding is told by the bytes, and none of them is ever lost in silence. What
// cannot be read for certain stops the reading with its line and place.
import { isAscii, isUtf8 } from "node:buffer";
import { Stop } from "../lib/say.mjs";

/** Far longer than any row of a retailer: a file without line breaks is no table. */
const MOST_LINE = 1_048_576;
const LINE_FEED = 0x0a;

const ADVICE = "Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\") and try again.";
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
const linesIn = (text) => text.split("\n").length - 1;

/**
 * The stream's text, in UTF-8. `note` is told what was assumed. Known by their first bytes: UTF-8
 * and UTF-16 with a byte order mark. Without one it is UTF-8 while all of it is; bytes that are
 * not are read as Windows-1252, unless anything else in the file is UTF-8.
 */
export async function* decoded(chunks, name, note = () => {}) {
  const { head, all } = await begun(chunks);
  const starts = (...bytes) => head.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)) throw new Stop(`${name} is in UTF-32. ${ADVICE}`);
  if (starts(0xff, 0xfe)) yield* utf16(all, name, (bytes) => bytes);
  else if (starts(0xfe, 0xff)) yield* utf16(all, name, (bytes) => Buffer.from(bytes).swap16());
  else if (head.includes(0)) throw new Stop(`${name} is no text, or is in UTF-16 without a byte order mark. ${ADVICE}`);
  else yield* bytewise(all, name, note, starts(0xef, 0xbb, 0xbf) ? "its byte order mark" : undefined);
}

/** The first four bytes, if there are so many, and a stream of all of them. */
async function begun(chunks) {
  const iterator = (chunks[Symbol.asyncIterator] ?? chunks[Symbol.iterator]).call(chunks);
  let head = Buffer.alloc(0);
  let last = false;
  while (head.length < 4 && !last) {
    const { done, value } = await iterator.next();
    if (done) last = true;
    else head = Buffer.concat([head, value]);
  }
  async function* all() {
    yield head;
    if (!last) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head, all: all() };
}

async function* utf16(chunks, name, toLittleEndian) {
  let line = 1;
  let left = Buffer.alloc(0);
  let text = "";
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([left, chunk]);
    left = bytes.subarray(bytes.length & ~1);
    text += toLittleEndian(bytes.subarray(0, bytes.length & ~1)).toString("utf16le");
    // The first half of a character waits for the second.
    const half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
    const whole = text.slice(0, text.length - half.length);
    const lone = /\p{Surrogate}/u.exec(whole);
    if (lone) {
      const code = lone[0].charCodeAt(0).toString(16).toUpperCase();
      throw new Stop(`${name} is not whole UTF-16, line ${line + linesIn(whole.slice(0, lone.index))}: ${code} is half a character. ${ADVICE}`);
    }
    line += linesIn(whole);
    yield whole;
    text = half;
  }
  if (left.length > 0 || text !== "") throw new Stop(`${name} breaks off within a character, in line ${line}.`);
}

/** Whole lines, as many as are there at a time; the last may lack its end. */
async function* wholeLines(chunks, name) {
  let line = 1;
  let left = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = left.length > 0 ? Buffer.concat([left, chunk]) : chunk;
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      const block = { bytes: bytes.subarray(0, end), line };
      yield block;
      line += linesIn(block.bytes.toString("latin1"));
    }
    left = bytes.subarray(end);
    if (left.length > MOST_LINE) throw new Stop(`${name} is no table: line ${line} is longer than ${MOST_LINE.toLocaleString("en-GB")} bytes.`);
  }
  if (left.length > 0) yield { bytes: left, line };
}

/** Where in a block a byte is: its line and its place there, both from 1, in words; and where the line starts. */
function placeOf({ bytes, line }, at) {
  const before = bytes.subarray(0, at);
  const start = before.lastIndexOf(LINE_FEED) + 1;
  return { start, words: `line ${line + linesIn(before.toString("latin1"))}, byte ${at - start + 1} of it` };
}

/** The first byte of a block that is no part of any UTF-8 character. */
function firstNotUtf8(bytes) {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, at) + 1 || bytes.length;
    if (!isUtf8(bytes.subarray(at, end))) break;
    at = end;
  }
  for (;;) {
    const length = [1, 2, 3, 4].find((length) => isUtf8(bytes.subarray(at, at + length)));
    if (length === undefined) return at;
    at += length;
  }
}

/** Bytes without a meaning; TextDecoder makes control characters of them (WHATWG Encoding, index windows-1252). */
const MEANINGLESS = /[\x81\x8d\x8f\x90\x9d]/;
/** Letters, signs and punctuation of Western Europe in UTF-8; as Windows-1252 they would be Ã©, Â£, â€™. */
const UTF8 = /[\xc2\xc3][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]/;

/** `utf8`: what shows that it is UTF-8, once something does. */
async function* bytewise(chunks, name, note, utf8) {
  const decoder = new TextDecoder("windows-1252");
  let not;
  for await (const block of wholeLines(chunks, name)) {
    if (!not && isUtf8(block.bytes)) {
      if (!utf8 && !isAscii(block.bytes)) utf8 = placeOf(block, block.bytes.findIndex((byte) => byte > 0x7f)).words;
      yield block.bytes;
      continue;
    }
    not ??= otherEncoding(block, name, note, utf8);
    const text = block.bytes.toString("latin1");
    const strange = MEANINGLESS.exec(text) ?? UTF8.exec(text);
    if (strange) {
      const bytes = Buffer.from(strange[0], "latin1");
      const what = bytes.length > 1 ? `${hex(bytes)} is UTF-8` : `${hex(bytes)} stands for nothing in Windows-1252`;
      throw new Stop(`${name} cannot be read for certain.\n${placeOf(block, strange.index).words}: ${what},\nbut ${not}. ${ADVICE}`);
    }
    yield decoder.decode(block.bytes);
  }
}

/** Why the file is not UTF-8, if nothing before this block says that it is. */
function otherEncoding(block, name, note, utf8) {
  const at = firstNotUtf8(block.bytes);
  const place = placeOf(block, at);
  const not = `${place.words}: ${hex(block.bytes.subarray(at, at + 1))} is not UTF-8`;
  const before = block.bytes.findIndex((byte) => byte > 0x7f);
  if (!utf8 && before < at) utf8 = placeOf(block, before).words;
  if (utf8) throw new Stop(`${name} cannot be read for certain.\n${not}, but the text before it is: see ${utf8}. ${ADVICE}`);
  const end = block.bytes.indexOf(LINE_FEED, at);
  const shown = new TextDecoder("windows-1252").decode(block.bytes.subarray(place.start, end < 0 ? undefined : end)).trim();
  note(`${name}, ${not}. The file is read as Windows-1252, where this line is\n  ${shown.slice(0, 200)}`);
  return not;
}
