// Which functions of a module are alike: instances of one generic function, the closer in length
// the more so. gzip finds a repetition only within 32 KB, so they are to stand side by side.

const CODE = 10;
const CUSTOM = 0;
const FUNCTION_NAMES = 1;

/**
 * The module with functions named so that in the order of their names like ones are neighbours.
 * It must have the names that the compiler gave; nothing but the order is to be made of the new ones.
 */
export function namedByLikeness(wasm) {
  const module = new WebAssembly.Module(wasm);
  const [names] = WebAssembly.Module.customSections(module, "name");
  const imported = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function").length;
  const { kept, lengths } = read(wasm);
  const functions = functionNames(Buffer.from(names));
  const named = lengths.map((length, at) => {
    const name = `${pathOf(functions.get(imported + at) ?? "")} ${String(length).padStart(7, "0")} ${at}`;
    return [imported + at, name];
  });
  return Buffer.concat([kept, nameSection(named)]);
}

/** A module without its names, and how long each of its functions is. */
function read(wasm) {
  const parts = [wasm.subarray(0, 8)];
  const lengths = [];
  for (let at = 8; at < wasm.length; ) {
    const [size, content] = number(wasm, at + 1);
    const end = content + size;
    if (wasm[at] === CODE) {
      for (let [count, next] = number(wasm, content); count > 0; count -= 1) {
        const [length, body] = number(wasm, next);
        lengths.push(length);
        next = body + length;
      }
    }
    const named = wasm[at] === CUSTOM && text(wasm, content)[0] === "name";
    if (!named) parts.push(wasm.subarray(at, end));
    at = end;
  }
  return { kept: Buffer.concat(parts), lengths };
}

/** The names in a name section, by the functions' numbers. */
function functionNames(section) {
  const names = new Map();
  for (let at = 0; at < section.length; ) {
    const [size, content] = number(section, at + 1);
    if (section[at] === FUNCTION_NAMES) {
      for (let [count, next] = number(section, content); count > 0; count -= 1) {
        const [index, begin] = number(section, next);
        const [name, end] = text(section, begin);
        names.set(index, name);
        next = end;
      }
    }
    at = content + size;
  }
  return names;
}

function nameSection(named) {
  const entries = named.map(([index, name]) => Buffer.concat([unsigned(index), sized(Buffer.from(name))]));
  const map = Buffer.concat([unsigned(named.length), ...entries]);
  const functions = Buffer.concat([Buffer.of(FUNCTION_NAMES), sized(map)]);
  return Buffer.concat([Buffer.of(CUSTOM), sized(Buffer.concat([sized(Buffer.from("name")), functions]))]);
}

/** A function's path, without the hash that tells its instances apart. */
const pathOf = (name) => name.replace(/::h[0-9a-f]{16}(_\d+)?$/, "");

// The encodings of the specification: unsigned LEB128, and vectors of bytes after their length.

function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function text(bytes, at) {
  const [size, begin] = number(bytes, at);
  return [bytes.toString("utf8", begin, begin + size), begin + size];
}

function unsigned(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.of(...bytes, value);
}

const sized = (bytes) => Buffer.concat([unsigned(bytes.length), bytes]);
