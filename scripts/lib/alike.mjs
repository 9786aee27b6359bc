// Which functions of a module are alike. gzip finds a repetition only within 32 KB, so like ones are
// to stand side by side: each follows whichever is most like the few before it.
//
// How like two functions are is estimated by MinHash (Broder, "On the resemblance and containment of
// documents", 1997): of all runs of bytes in a function, the least by each of many hashes. The share
// of hashes by which two have the same least is that of the runs that both have. Those that are most
// alike by that are then weighed: which of them is compressed best after what stands there already?

import { deflateRawSync } from "node:zlib";

const CODE = 10;
const CUSTOM = 0;
const FUNCTION_NAMES = 1;

/** How many bytes make a run: about an instruction and a half. */
const RUN = 6;
const HASHES = 128;
/** Fewer hashes in common than this are chance. */
const LEAST_ALIKE = 3;
/** What instances of one generic function are given before, in hashes. */
const SAME_PATH = 25;
/** What a share counts for each function that has come since. */
const FADING = 0.8;
/** A share of so little is forgotten. */
const FORGOTTEN = 0.5;
/** Of functions that share a hash no more are looked at: some share it with thousands. */
const LOOKED_AT = 300;
/** So many are weighed, with as much before them as gzip looks back. */
const WEIGHED = 12;
const WINDOW = 32 * 1024;
const LEVEL = 5;

/**
 * The module with functions named so that in the order of their names like ones are neighbours.
 * It must have the names that the compiler gave; nothing but the order is to be made of the new ones.
 */
export function namedByLikeness(wasm) {
  const module = new WebAssembly.Module(wasm);
  const [names] = WebAssembly.Module.customSections(module, "name");
  const imported = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function").length;
  const { kept, bodies } = read(wasm);
  const given = functionNames(Buffer.from(names));
  const functions = bodies.map((body, at) => ({ at, body, path: pathOf(given.get(imported + at) ?? "") }));
  const named = chained(functions).map(({ at }, place) => [imported + at, String(place).padStart(7, "0")]);
  named.sort(([one], [other]) => one - other);
  return Buffer.concat([kept, nameSection(named)]);
}

/** The functions one after the other, like after like. */
function chained(functions) {
  const sorted = functions.toSorted(byPathAndLength);
  for (const [rank, one] of sorted.entries()) Object.assign(one, { rank, least: leastHashes(one.body), placed: false });
  const sharing = bySharedHash(sorted);
  const shares = new Map();
  const chain = [];
  let before = Buffer.alloc(0);
  for (let first = 0; chain.length < sorted.length; ) {
    while (sorted[first]?.placed) first += 1;
    const last = chain.at(-1);
    const next = (last && lightest(mostAlike(last, shares), before)) ?? following(last, sorted) ?? sorted[first];
    next.placed = true;
    chain.push(next);
    before = Buffer.concat([before, next.body]).subarray(-WINDOW);
    shareWith(next, sharing, shares);
  }
  return chain;
}

const byPathAndLength = (one, other) =>
  one.path < other.path ? -1 : one.path > other.path ? 1 : one.body.length - other.body.length || one.at - other.at;

/** The next of the same order that has no place yet. */
function following(last, sorted) {
  for (let rank = (last?.rank ?? 0) + 1; rank < sorted.length; rank += 1) if (!sorted[rank].placed) return sorted[rank];
}

/**
 * How many hashes each function that has no place yet shares with those that have one: with `next`,
 * and less with each one before it.
 */
function shareWith({ least }, sharing, shares) {
  for (const [other, shared] of shares) {
    if (other.placed || shared < FORGOTTEN) shares.delete(other);
    else shares.set(other, shared * FADING);
  }
  for (const [hash, value] of least.entries()) {
    let looked = 0;
    for (const other of sharing.get(keyOf(hash, value))) {
      if (other.placed) continue;
      if (++looked > LOOKED_AT) break;
      shares.set(other, (shares.get(other) ?? 0) + 1);
    }
  }
}

/** Which functions that have no place yet are most like the last ones. */
function mostAlike(last, shares) {
  const alike = [];
  for (const [other, shared] of shares) {
    const longer = Math.abs(other.body.length - last.body.length) / (last.body.length + 1);
    const score = shared + (other.path === last.path ? SAME_PATH : 0) - Math.min(0.9, longer / 2);
    if (score > LEAST_ALIKE - 1) alike.push({ other, score });
  }
  alike.sort((one, other) => other.score - one.score);
  return alike.slice(0, WEIGHED).map(({ other }) => other);
}

/** Which function shrinks most when it is compressed after what is `before` it. */
function lightest(functions, before) {
  const weight = ({ body }, dictionary) => deflateRawSync(body, { level: LEVEL, dictionary }).length;
  let [best, least] = [undefined, Infinity];
  for (const one of functions) {
    one.alone ??= weight(one);
    const share = weight(one, before) / one.alone;
    if (share < least) [best, least] = [one, share];
  }
  return best;
}

function bySharedHash(functions) {
  const sharing = new Map();
  for (const one of functions) {
    for (const [hash, value] of one.least.entries()) {
      const key = keyOf(hash, value);
      if (sharing.has(key)) sharing.get(key).push(one);
      else sharing.set(key, [one]);
    }
  }
  return sharing;
}

const keyOf = (hash, value) => hash * 2 ** 32 + value;

/** Of all runs of a function, the least by each hash. */
function leastHashes(body) {
  const least = new Uint32Array(HASHES).fill(2 ** 32 - 1);
  for (let at = 0; at + RUN <= body.length; at += 1) {
    // FNV-1a of the run; from it the others by a linear congruence, each mixed once.
    let seed = 2166136261;
    for (let byte = at; byte < at + RUN; byte += 1) seed = Math.imul(seed ^ body[byte], 16777619);
    for (let hash = 0; hash < HASHES; hash += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      const value = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) >>> 0;
      if (value < least[hash]) least[hash] = value;
    }
  }
  return least;
}

/** A module without its names, and each of its functions. */
function read(wasm) {
  const parts = [wasm.subarray(0, 8)];
  const bodies = [];
  for (let at = 8; at < wasm.length; ) {
    const [size, content] = number(wasm, at + 1);
    const end = content + size;
    if (wasm[at] === CODE) {
      for (let [count, next] = number(wasm, content); count > 0; count -= 1) {
        const [length, body] = number(wasm, next);
        bodies.push(wasm.subarray(body, body + length));
        next = body + length;
      }
    }
    const named = wasm[at] === CUSTOM && text(wasm, content)[0] === "name";
    if (!named) parts.push(wasm.subarray(at, end));
    at = end;
  }
  return { kept: Buffer.concat(parts), bodies };
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

/**
 * A function's path without what tells its instances apart: hashes, and the types that are filled in.
 * What a name begins with in brackets, `<A as B>::c`, is part of the path; what those are made of is not.
 */
function pathOf(name) {
  const text = name.replace(/\[[0-9a-f]+\]|::h[0-9a-f]{16}(_\d+)?$|->/g, "");
  const most = text.startsWith("<") ? 1 : 0;
  let [path, depth] = ["", 0];
  for (const character of text) {
    if (character === "<") depth += 1;
    if (depth <= most) path += character;
    if (character === ">") depth -= 1;
  }
  return path;
}

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
