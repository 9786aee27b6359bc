// Stock codes that a spreadsheet has taken for numbers, dates or formulas.
import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogOf, LEFT_OUT } from "../../scripts/retail/catalog.mjs";
import { MANGLED, mangled } from "../../scripts/retail/mangled.mjs";
import { rowsOfText } from "../../scripts/retail/read.mjs";

const HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
const catalog = (...goods) =>
  catalogOf(
    rowsOfText(
      [HEADER, ...goods.map(([code, description, invoice = "500001"]) => `${invoice},${code},${description},2,2011-01-04 10:00:00,4.95,12680,France`), ""].join("\r\n"),
    ),
  );

test("what a spreadsheet makes of a code is told from a code", () => {
  const told = {
    [MANGLED.scientific]: ["1.23E+12", "1,23E+12", "1E+12", "5.01235e+12", "1.23E-05", "-1.2E+15"],
    [MANGLED.rounded]: ["1234567890123450", "12345678901234500000", "1230000000000", "5012350000000"],
    [MANGLED.float]: ["22138.0", "17850.00"],
    [MANGLED.date]: ["2-Jan", "02-Jan", "Mar-98", "MAR-98", "Sept-05", "1-mars", "02. Jan", "Mrz 98", "févr-98", "02/01/2011", "2011-01-02", "1.2.2011", "2011-01-02 00:00:00", "1/2/2011 0:00"],
    [MANGLED.error]: ["#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#########"],
  };
  for (const [reason, codes] of Object.entries(told)) for (const code of codes) assert.equal(mangled(code), reason, code);
  const good = [
    ...["22138", "85123A", "85123a", "15056BL", "90214E", "C2", "POST", "M", "gift_0001_40", "BANK CHARGES", "DCGS0003"],
    ...["1E5", "12E34", "E+12", "5012345678900", "4006381333931", "1000000", "10000000000", "MARBLE-98", "JAN", "MAY", "2-JANE", "99-98-97", "31/31/2011", "1.5", "#1", "A#"],
  ];
  for (const code of good) assert.equal(mangled(code), undefined, code);
});

test("a mangled code is a warning with its lines, and no other code is", async () => {
  const { products, warnings } = await catalog(["22138", "BAKING SET"], ["1.23E+12", "RED MUG"], ["2-Jan", "BLUE MUG"], ["1.23E+12", "RED MUG"]);
  assert.deepEqual(warnings, new Map([[MANGLED.scientific, ["1.23E+12 (lines 3, 5)"]], [MANGLED.date, ["2-Jan (line 4)"]]]));
  assert.deepEqual(products.map(({ code, sold }) => [code, sold]), [["1.23E+12", 4], ["2-Jan", 2], ["22138", 2]]);
});

test("a mangled code that stands for different goods is none of them", async () => {
  for (const code of ["1.23E+12", '"1,23E+12"', "2-Jan", "Mar-98", "#NAME?", "1234567890123450000", "22138.0"]) {
    const { products, leftOut, warnings } = await catalog([code, "RED MUG"], ["10001", "SIGN"], [code, "BLUE LAMP"]);
    assert.deepEqual(products.map((product) => product.code), ["10001"], code);
    assert.deepEqual(leftOut, new Map([[LEFT_OUT.mangled, [code.replaceAll('"', "")]]]));
    assert.match([...warnings.values()].flat().join(), /\(lines 2, 4\)/);
  }
});

test("goods that came back count as goods, too", async () => {
  const { products } = await catalog(["1.23E+12", "RED MUG"], ["1.23E+12", "BLUE LAMP", "C500002"]);
  assert.deepEqual(products, []);
});

test("letters of another size do not make other goods", async () => {
  const { products } = await catalog(["1.23E+12", "RED MUG"], ["1.23E+12", "Red mug"]);
  assert.equal(products.length, 1);
});

test("an honest code keeps its goods, whatever its descriptions", async () => {
  const { products, warnings } = await catalog(["22138", "BAKING SET"], ["22138", "BAKING SET 9 PIECE"]);
  assert.equal(products.length, 1);
  assert.equal(warnings.size, 0);
});

test("a number shorter than nearly all others may have lost its zeros", async () => {
  const numbers = (count, from) => Array.from({ length: count }, (_, index) => [String(from + index), `GOODS ${from + index}`]);
  const { warnings, products } = await catalog(...numbers(60, 10_001), ["123", "RED MUG"], ["77", "BLUE MUG"], ["C2", "CARRIAGE"]);
  assert.deepEqual(warnings, new Map([[MANGLED.short, ["123 (line 62)", "77 (line 63)"]]]));
  assert.equal(products.length, 63);
  const numbered = await catalog(...numbers(120, 1));
  assert.equal(numbered.warnings.size, 0, "they are simply numbered");
});

test("an invoice number that was mangled is a warning with its lines", async () => {
  const { warnings } = await catalog(["22138", "BAKING SET", "5.36E+15"], ["22139", "SIGN", "5.36E+15"]);
  assert.deepEqual(warnings, new Map([[`invoice number ${MANGLED.scientific}`, ["5.36E+15 (lines 2, 3)"]]]));
});

test("lines are counted as an editor does, with empty ones and line breaks in quotation marks", async () => {
  const text = [HEADER, "", '500001,22138,"BAKING\r\nSET",1,2011-01-04 10:00:00,4.95,12680,France', "500001,1.23E+12,MUG,1,2011-01-04 10:00:00,4.95,12680,France", ""].join("\r\n");
  const { warnings, counts } = await catalogOf(rowsOfText(text));
  assert.deepEqual(warnings, new Map([[MANGLED.scientific, ["1.23E+12 (line 5)"]]]));
  assert.equal(counts.rows, 2);
});

test("of many lines the first are named and the rest counted", async () => {
  const { warnings } = await catalog(...Array.from({ length: 9 }, () => ["1.23E+12", "MUG"]));
  assert.deepEqual([...warnings.values()], [["1.23E+12 (lines 2, 3, 4, 5, 6 and 4 more)"]]);
});
