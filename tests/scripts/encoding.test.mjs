// A retailer's file in whatever encoding: read whole, or stopped with the place; no character is lost in silence.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { catalogOf, WARNINGS } from "../../scripts/retail/catalog.mjs";
import { rowsOfBytes, rowsOfFile } from "../../scripts/retail/read.mjs";

const HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
const row = (code, description) => `500001,${code},${description},1,2011-01-04 10:00:00,4.95,12680,France`;
const text = (...rows) => [HEADER, ...rows, ""].join("\r\n");
/** The text with `<A3>` as the byte A3, the rest in ASCII. */
const bytes = (text) => Buffer.from(text.replace(/<(\p{Hex}\p{Hex})>/gu, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1");

async function read(chunks) {
  const notes = [];
  const { products, warnings } = await catalogOf(rowsOfBytes(chunks, { note: (note) => notes.push(note) }));
  return { titles: products.map(({ title }) => title), notes, warnings };
}

test("UTF-8 is read as it is, with a byte order mark or without, wherever the chunks end", async () => {
  const whole = Buffer.from(text(row("10001", "CAFÉ SIGN £5"), row("10002", "“BIG” 帽子 🎩")));
  for (const input of [whole, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), whole])]) {
    for (let size = 1; size <= 7; size += 1) {
      const chunks = Array.from({ length: Math.ceil(input.length / size) }, (_, index) => input.subarray(index * size, (index + 1) * size));
      const { titles, notes } = await read(chunks);
      assert.deepEqual(titles, ["CAFÉ SIGN £5", "“BIG” 帽子 🎩"], `chunks of ${size}`);
      assert.deepEqual(notes, []);
    }
  }
});

test("a file in Windows-1252 is decoded, and a note says so with the first line and byte", async () => {
  const input = bytes(text(row("10001", "PLAIN"), row("10002", "CAF<C9> SIGN <A3>5"), row("10003", "<93>BIG<94> <80>5")));
  for (const chunks of [[input], [...input].map((byte) => Buffer.from([byte]))]) {
    const { titles, notes } = await read(chunks);
    assert.deepEqual(titles, ["PLAIN", "CAFÉ SIGN £5", "“BIG” €5"]);
    assert.equal(notes.length, 1);
    assert.match(notes[0], /line 3, byte 17 of it: C9 is not UTF-8\b.*Windows-1252/s);
    assert.match(notes[0], /CAFÉ SIGN £5/, "so that a person can see whether it is");
  }
});

test("a byte that no encoding knows stops the reading with its line and place", async () => {
  for (const byte of ["81", "8D", "8F", "90", "9D"]) {
    const input = bytes(text(row("10001", "CAF<C9>"), row("10002", `SIGN <${byte}>`)));
    await assert.rejects(read([input]), (error) => {
      assert.match(error.message, new RegExp(`line 3, byte 19 of it: ${byte} stands for nothing in Windows-1252`));
      assert.match(error.message, /line 2, byte 17 of it: C9 is not UTF-8/, "why it was taken for that");
      return true;
    });
  }
});

test("a file that is partly UTF-8 and partly not stops the reading, in either order", async () => {
  const utf8 = row("10001", "CAF<C3><89>");
  const other = row("10002", "CAF<C9>");
  await assert.rejects(read([bytes(text(utf8, other))]), /line 3, byte 17 of it: C9 is not UTF-8.*line 2/s);
  await assert.rejects(read([bytes(text(other, utf8))]), /line 3, byte 17 of it: C3 89 is UTF-8.*line 2, byte 17 of it: C9 is not UTF-8/s);
  await assert.rejects(read([bytes(text(row("10001", "<E2><82><AC>5 CAF<C9>")))]), /line 2/);
  await assert.rejects(read([Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(text(other))])]), /line 2, byte 17 of it: C9 is not UTF-8/);
});

test("a file that breaks off within a character is not taken for whole", async () => {
  const input = bytes(`${text(row("10001", "CAF<C3><89>"))}500001,10002,CAF<C3>`);
  await assert.rejects(read([input]), /line 3, byte 17 of it: C3 is not UTF-8/);
});

test("UTF-16 is read where its byte order mark says so, wherever the chunks end", async () => {
  const little = Buffer.from(`\ufeff${text(row("10001", "CAFÉ £5 🎩"))}`, "utf16le");
  for (const input of [little, Buffer.from(little).swap16()]) {
    for (const size of [1, 3, 64]) {
      const chunks = Array.from({ length: Math.ceil(input.length / size) }, (_, index) => input.subarray(index * size, (index + 1) * size));
      const { titles } = await read(chunks);
      assert.deepEqual(titles, ["CAFÉ £5 🎩"]);
    }
  }
  await assert.rejects(read([little.subarray(0, little.length - 1)]), /breaks off within a character/);
  const lone = Buffer.from(`\ufeff${text(row("10001", "HALF \ud83c OF IT"))}`, "utf16le");
  await assert.rejects(read([lone]), /line 2: D83C is half a character/);
});

test("UTF-16 without a mark and UTF-32 are told what to do", async () => {
  await assert.rejects(read([Buffer.from(text(row("10001", "X")), "utf16le")]), /save it as UTF-8/i);
  await assert.rejects(read([Buffer.from([0xff, 0xfe, 0, 0, 0x49, 0, 0, 0])]), /UTF-32.*save it as UTF-8/is);
});

test("a file without line breaks is refused before it fills the memory", async () => {
  async function* endless() {
    for (;;) yield Buffer.alloc(65_536, "x");
  }
  await assert.rejects(read(endless()), /line 1 is longer than/);
});

test("a character that was lost before is a warning with its line", async () => {
  const { titles, warnings } = await read([Buffer.from(text(row("10001", "PLAIN"), row("10002", "CAF\ufffd SIGN"), row("10003", "RING\u0007 BELL")))]);
  assert.deepEqual(titles, ["PLAIN", "CAF SIGN", "RING BELL"]);
  assert.deepEqual(warnings, new Map([[WARNINGS.lost, ["10002 (line 3)", "10003 (line 4)"]]]));
});

test("a gzip is read like the file in it, and one that breaks off is not taken for whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tradepost-encoding-"));
  try {
    const file = join(folder, "retail");
    const rows = Array.from({ length: 2_000 }, (_, index) => row(String(10_000 + index), `CAF<C9> ${index}`));
    const packed = gzipSync(bytes(text(...rows)));
    writeFileSync(file, packed);
    const notes = [];
    const { products } = await catalogOf(rowsOfFile(file, { note: (note) => notes.push(note) }));
    assert.equal(products.length, 2_000);
    assert.equal(notes.length, 1);
    for (const length of [packed.length - 1, packed.length >> 1, 20]) {
      writeFileSync(file, packed.subarray(0, length));
      await assert.rejects(catalogOf(rowsOfFile(file)), /breaks off/, `${length} bytes of ${packed.length}`);
    }
    packed[packed.length >> 1] ^= 0xff;
    writeFileSync(file, packed);
    await assert.rejects(catalogOf(rowsOfFile(file)), /cannot be read/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
