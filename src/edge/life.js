// What outlives a Rust panic. A panic ends the WebAssembly instance: its memory may be half
// changed, and a future that panicked never settles its promise. So whatever was running on that
// instance fails at once, and the next call begins on a fresh one.
import { __wbg_reset_state } from "../../build/tradepost.js";

/** Counts instances; whatever was built on an earlier one is gone. */
export let generation = 0;

let dead = false;
const waiting = new Set();

export function instanceEnded() {
  dead = true;
  for (const fail of waiting) fail(new Error("the WebAssembly instance ended"));
  waiting.clear();
}

// The panic hook of the `worker` crate sets this flag, before the trap unwinds anything.
Object.defineProperty((globalThis.__worker_init_state ??= {}), "criticalError", {
  get: () => dead,
  set: (value) => value && instanceEnded(),
});

// Traps inside a future that no hook sees: out of memory, stack overflow.
addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) instanceEnded();
});

export function revive() {
  if (!dead) return;
  __wbg_reset_state();
  dead = false;
  generation += 1;
}

/** Runs one call into Rust; if the instance ends under it, the promise rejects instead of hanging. */
export function guarded(call) {
  revive();
  let result;
  try {
    result = call();
  } catch (error) {
    // Rust returns its errors; what is thrown through its frames has left them half done.
    instanceEnded();
    throw error;
  }
  if (!(result instanceof Promise)) return result;
  return new Promise((resolve, reject) => {
    waiting.add(reject);
    result.then(
      (value) => (waiting.delete(reject), resolve(value)),
      (error) => (waiting.delete(reject), reject(error)),
    );
  });
}
