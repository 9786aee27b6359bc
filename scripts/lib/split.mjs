// What only staff need, apart from what buyers wait for. A module is divided after it was linked, by its
// functions: the second part has the same memory and the same table, so neither knows of the other
// in Rust. It is instantiated when a function of it is first called: until then each one that the
// first part names is a stub, which asks for it and calls through the table.
//
// Binaryen's own `wasm-split` does this by a profile, and is not in its npm package. A profile would
// also leave a buyer's rare path in the second part; which routes are staff's is known.

/** What only staff and the night's work have a use for, by its path in src/; and who asks where staff do. */
const OF_STAFF = [
  "collections::(body|check|handlers|picks|tree|views)",
  "catalog::(body|bulk|bulk_rows|copying|draft|handlers|removal|repricing|translations|variant_list)",
  "(console|exchange|jobs|reports|setup|suggestions)",
  // All but what a customer's own list has in common with theirs.
  "lists::(bulk|check|customers|export|filter::(Filter|OrderFilter)|sending|sheet|sought|tags|views|walk)",
  "lists::(handlers::list_orders|store::(count|page))",
  "orders::drafts",
  "orders::(cart_handlers::add_priced_cart_lines|handlers::(create_payment_as_staff|create_received_payment))",
  "orders::after::(edits|goods|money)::(bodies|handlers)",
  "orders::after::edits::(adding|anew|decision|taking_out|unpaid)",
  "orders::after::money::decision",
  "pools::(bulk|bulk_rows|promotions|removal|handlers::(create_stock_adjustment|get_stock|list_stock_entries))",
  "(documents|gift_cards|messages|webhooks)::handlers",
  "messages::(sample|sent)",
  "uploads::(exif|picture|sweep|handlers::create_upload)",
  "price_lists::(body|groups|lists|members|prices|rows|store|views)",
  "edge::(host::JobHost|tick)",
  "minute",
  "auth::staff",
  "audit",
];
/** By what a buyer's part comes to staff's: what an order decides about what staff ask of it. */
const GATES = ["orders::drafts::decide", "orders::after::(edits|money)::decision::decide"];

const paths = (list) => list.map((path) => `tradepost(\\[\\w+\\])?::${path}\\b`).join("|");
/** Names of a function of its own, or of a method of a type of its own. */
const OWN = new RegExp(`^\\$"?<*(&(mut )?)?(${paths(OF_STAFF)})`);
const GATE = new RegExp(`^\\$"?(${paths(GATES)})"?$`);
/** What futures are wrapped in, and bodies are read by, has a name that begins with the wrapping. */
const WRAPPED = /^\$"?<?(tradepost(\[\w+\])?::(wire::(bare::\w+|body::parse(::)?)<|together::together::<|json::(read|whole)::<)|futures_util)/;
const MENTIONED = new RegExp(paths(OF_STAFF));
const FUTURE = /\{closure#\d+\}"?$|::poll"?$|::\{shim:vtable#\d+\}"?$/;
// Of other generic functions a name says little: those of the same code are one, named after any of them.
const isStaffs = (name) => OWN.test(name) || (WRAPPED.test(name) && MENTIONED.test(name));

const NAME = /\$("(?:[^"\\]|\\.)*"|[^\s()]+)/;
const CALLED = /\((?:call|return_call|ref\.func) (\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+))/g;

/** The two modules of a module's text: `[first, second]`. Where nothing is staff's, the second is empty. */
export function split(text) {
  const { head, functions } = read(text);
  const named = new Set(head.elements.flatMap((line) => line.match(new RegExp(NAME, "g"))));
  const exported = new Set(head.exports.map((line) => line.match(/\(func (\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+))\)/)?.[1]));
  const staffs = staffsOf(functions, (name) => named.has(name) || exported.has(name));
  const lent = new Set();
  for (const name of staffs) for (const called of functions.get(name).calls) if (!staffs.has(called)) lent.add(called);
  const asked = new Set([...staffs].filter((name) => named.has(name) || exported.has(name)));
  for (const [name, { calls }] of functions) {
    if (!staffs.has(name)) for (const called of calls) if (staffs.has(called)) asked.add(called);
  }
  return [first(head, functions, staffs, [...asked], [...lent]), second(head, functions, staffs, [...asked], [...lent])];
}

/**
 * wasm-bindgen's script, with what the first part asks for the second. Another instance of the first,
 * as there is after a panic, has another second.
 */
export function loadingStaff(script, file) {
  const imports = '"./tradepost_bg.js": import0,';
  if (!script.includes(imports)) throw new Error(`wasm-bindgen's script has no ${imports}`);
  return `import staff from "./${file}";
${script.replace(imports, `${imports}\n        "./staff": { load: loadStaff },`)}
function loadStaff() {
    new WebAssembly.Instance(staff, { first: wasm });
    wasm["staff:is_there"].value = 1;
}
`;
}

/**
 * Staff's functions, and what nobody else calls. Through the table anybody may call what is there, so of
 * that only futures count; and what the first part calls by name is the first's, but for the gates.
 */
function staffsOf(functions, isFoundOtherwise) {
  const callers = new Map();
  for (const [name, { calls }] of functions) {
    for (const called of calls) {
      if (callers.has(called)) callers.get(called).push(name);
      else callers.set(called, [name]);
    }
  }
  const named = [...functions.keys()].filter((name) => isStaffs(name) && (FUTURE.test(name) || !isFoundOtherwise(name)));
  const staffs = new Set(named);
  for (const waiting = [...staffs]; waiting.length > 0; ) {
    for (const called of functions.get(waiting.pop()).calls) {
      if (staffs.has(called) || !functions.has(called) || isFoundOtherwise(called)) continue;
      if (callers.get(called).every((caller) => staffs.has(caller) || caller === called)) {
        staffs.add(called);
        waiting.push(called);
      }
    }
  }
  for (const waiting = [...functions.keys()].filter((name) => !staffs.has(name)); waiting.length > 0; ) {
    for (const called of functions.get(waiting.pop()).calls) {
      if (staffs.has(called) && !GATE.test(called)) {
        staffs.delete(called);
        waiting.push(called);
      }
    }
  }
  return staffs;
}

function first(head, functions, staffs, asked, lent) {
  const place = new Map(asked.map((name, at) => [name, head.places + at]));
  const lines = [
    ...head.types,
    ...head.imports,
    ' (import "./staff" "load" (func $load-staff))',
    ...head.globals,
    " (global $staff-is-there (mut i32) (i32.const 0))",
    ...head.memory,
    head.table.replace(/\d+ \d+ funcref/, `${head.places + asked.length} ${head.places + asked.length} funcref`),
    ...head.otherTables,
    ...head.elements,
    ...head.exports,
    ' (export "staff:is_there" (global $staff-is-there))',
    ' (export "staff:stack" (global $__stack_pointer))',
    ' (export "staff:table" (table $0))',
    ...lent.map((name, at) => ` (export "staff:${at}" (func ${name}))`),
  ];
  for (const [name, { text, header }] of functions) {
    if (!staffs.has(name)) lines.push(text);
    else if (place.has(name)) lines.push(stub(header, place.get(name)));
  }
  return `(module\n${lines.join("\n")}\n)\n`;
}

function stub(header, place) {
  const parameters = [...header.matchAll(/\(param (\$\d+) (\w+)\)/g)];
  const [results = ""] = header.match(/\(result [^)]*\)/) ?? [];
  const type = [...parameters.map(([, , type]) => `(param ${type})`), results].join(" ");
  const values = parameters.map(([, name]) => `(local.get ${name})`).join(" ");
  return `${header}
  (if (i32.eqz (global.get $staff-is-there)) (then (call $load-staff)))
  (call_indirect $0 ${type} ${values} (i32.const ${place}))
 )`;
}

function second(head, functions, staffs, asked, lent) {
  const lines = [
    ...head.types,
    ' (import "first" "memory" (memory $0 1))',
    ` (import "first" "staff:table" (table $0 ${head.places} funcref))`,
    ' (import "first" "staff:stack" (global $__stack_pointer (mut i32)))',
    ...lent.map((name, at) => ` (import "first" "staff:${at}" (func ${name} ${head.typeOf(name, functions)}))`),
    ` (elem (table $0) (i32.const ${head.places}) func ${asked.join(" ")})`,
    ...[...staffs].map((name) => functions.get(name).text),
  ];
  return `(module\n${lines.join("\n")}\n)\n`;
}

/** A module's text as binaryen writes it: each part begins a line, after one blank. */
function read(text) {
  const parts = text.slice(text.indexOf("\n") + 1, text.lastIndexOf("\n)")).split(/\n(?= \()/);
  const of = (kind) => parts.filter((part) => part.startsWith(` (${kind} `));
  const functions = new Map();
  for (const part of of("func")) {
    const [header] = part.split("\n", 1);
    functions.set(header.match(NAME)[0], { text: part, header, calls: new Set([...part.matchAll(CALLED)].map(([, name]) => name)) });
  }
  const imports = of("import");
  const imported = new Map(imports.map((line) => [line.match(/\(func (\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+))/)?.[1], line]));
  const typeOf = (name, functions) => {
    const line = functions.get(name)?.header ?? imported.get(name);
    return [...line.matchAll(/\((?:param|result)(?: \$\d+)?((?: \w+)+)\)/g)].map(([whole]) => whole.replace(/ \$\d+/, "")).join(" ");
  };
  const [table, ...otherTables] = of("table");
  const places = Number(table.match(/(\d+) \d+ funcref/)[1]);
  const memory = [...of("memory"), ...of("data")];
  return {
    head: { types: of("type"), imports, globals: of("global"), memory, table, otherTables, places, elements: of("elem"), exports: of("export"), typeOf },
    functions,
  };
}
