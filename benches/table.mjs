// What was measured, for people.
const whole = (value) => Math.round(value).toLocaleString("en");
const left = (text) => String(text).padEnd(34);
const right = (...cells) => cells.map((cell) => String(cell ?? "").padStart(9)).join("");
/** Milliseconds more, or fewer. */
export const signed = (milliseconds) => `${milliseconds < 0 ? "" : "+"}${milliseconds.toFixed(0)}`;
const verdict = ({ met }, bar = true) => (bar === undefined ? "" : met ? "  yes" : "  NO");
/** Of the console's pages so many are shown, the dearest first. */
const SHOWN = 12;
const section = (head, rows) => (rows.length > 0 ? ["", head, ...rows] : []);

const readName = ({ name, control }) => (control === "alike" ? name : "  control: a content type only");
const saleName = ({ buyers, where, requests }) => `${buyers} buyers, ${where}, ${requests === 1 ? "1 request" : "5 requests"}`;
const loginName = ({ clients }) => `${clients} clients log in`;

const weightRow = (weight) => left("Wasm, gzipped, KB") + right(whole(weight.gzipped / 1_000), "", "", whole(weight.limit / 1_000)) + verdict(weight);
const startRow = (start) =>
  left("cold start, ms") + right(start.ours.toFixed(0), start.bare.toFixed(0), signed(start.difference), signed(start.budget)) + verdict(start);
const readRow = (row) =>
  left(readName(row)) + right(row.bytes, whole(row.perSecond), whole(row.controlPerSecond), row.ratio.toFixed(2), row.bar.toFixed(2)) + verdict(row);
const loginRow = (row) =>
  left(loginName(row)) +
  right(whole(row.perSecond), whole(row.alonePerSecond), row.share.toFixed(2), row.bars.share.toFixed(2), row.p99.toFixed(0), row.bars.p99, row.loginsPerSecond.toFixed(1)) +
  verdict(row);
const saleRow = (row) => left(saleName(row)) + right(row.perSecond.toFixed(1), row.p50.toFixed(0), row.p99.toFixed(0), row.ratio?.toFixed(2), row.ofFloor?.toFixed(2), row.goal ?? row.bar) + verdict(row, row.goal ?? row.bar);

const pageRow = (row) => row.path.padEnd(64) + right(row.bytes, row.cpu.toFixed(1), row.took.toFixed(1), row.bar) + verdict(row);
const importRow = (row) =>
  left(row.name) + right(row.seconds.toFixed(1), row.kept.toFixed(1), row.cpu.toFixed(1), (row.memory / 2 ** 20).toFixed(0), row.bar) + verdict(row);
const lighthouseRow = (row) => left(`${row.name}, ${row.category}`) + right(row.score, row.bar) + verdict(row) + `  (${row.scores.join(" ")})`;
const dearest = (rows) => [...rows].sort((one, other) => other.cpu - one.cpu).slice(0, SHOWN);

const askedRow = (name, { perSecond, controlPerSecond, ratio, share, p50, p99, met }) =>
  left(name) + right(whole(perSecond), whole(controlPerSecond), ratio.toFixed(2), share.toFixed(2), p50.toFixed(1), p99.toFixed(1)) + verdict({ met });
const askedRows = ({ size, repeated, fresh }) => [askedRow(`${whole(size)} products: one list`, repeated), askedRow("  each another question", fresh)];
const scaleRow = (row) =>
  left(`${whole(row.size)} products`) +
  right(row.took.toFixed(0), whole(row.written), row.memory, row.firstList.toFixed(0), row.bareFirstList.toFixed(0), row.more.toFixed(0)) +
  verdict(row);

export function table({ machine, weight, start, reads, logins, sales, console: pages, scale, imports, lighthouse }) {
  return [
    "",
    `${machine.processors} x ${machine.processor}, workerd ${machine.workerd}, load before ${machine.loadBefore.toFixed(2)}`,
    ...section(`${left("start")}${right("", "bare", "more", "at most")}  met`, [weightRow(weight), ...(start ? [startRow(start)] : [])]),
    ...section(`${left("reads, 16 connections")}${right("bytes", "req/s", "control", "ratio", "bar")}  met`, reads.map(readRow)),
    ...section(`${left("reads while clients log in")}${right("req/s", "alone", "share", "bar", "p99 ms", "below", "logins/s")}  met`, logins.map(loginRow)),
    ...section(`${left("whole purchases")}${right("per s", "p50 ms", "p99 ms", "to five", "to floor", "goal")}  met`, sales.map(saleRow)),
    ...section(`${`the console, 100,000 orders: the dearest of ${pages.length}`.padEnd(64)}${right("bytes", "CPU ms", "ms", "at most")}  met`, dearest(pages).map(pageRow)),
    ...section(`${left("shops of many products")}${right("per s", "control", "ratio", "to 1,000", "p50 ms", "p99 ms")}  met`, scale.flatMap(askedRows)),
    ...section(`${left("a changed price; the first list")}${right("price ms", "bytes", "MB", "list ms", "bare", "more")}  met`, scale.map(scaleRow)),
    ...section(`${left("files of products")}${right("seconds", "to keep", "CPU s", "most MB", "at most")}  met`, imports.map(importRow)),
    ...section(`${left("Lighthouse, mobile")}${right("score", "bar")}  met`, lighthouse.map(lighthouseRow)),
    "",
  ].join("\n");
}

/** The names of the rows below their bar. */
export function missed({ weight, start, reads, logins, sales, console: pages, scale, imports, lighthouse }) {
  const named = [
    ["the Wasm's weight", weight],
    ...(start ? [["the cold start", start]] : []),
    ...reads.map((row) => [`${row.name} (control ${row.control})`, row]),
    ...logins.map((row) => [`reads while ${loginName(row)}`, row]),
    ...sales.map((row) => [saleName(row), row]),
    ...pages.map((row) => [row.path, row]),
    ...scale.flatMap((row) => [
      [`one list of ${row.size} products`, row.repeated],
      [`questions about ${row.size} products`, row.fresh],
      [`a changed price or the first list of ${row.size} products`, row],
    ]),
    ...imports.map((row) => [row.name, row]),
    ...lighthouse.map((row) => [`Lighthouse: ${row.name}, ${row.category}`, row]),
  ];
  return named.filter(([, { met }]) => !met).map(([name]) => name);
}
