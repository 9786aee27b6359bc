// What outlives a Rust panic. A panic ends the WebAssembly instance: its memory may be half
// changed, and a future that panicked never settles its promise. So whatever was running on that
// instance fails at once, and a fresh one takes its place.
import * as rust from "../../build/tradepost.js";

/** Counts instances; whatever was built on an earlier one is gone. */
export let generation = 0;

const waiting = new Set();
/** Why the instance ended, until there is another. */
let end;

export function begin(module) {
  rust.initSync({ module });
  rust.on_panic(instanceEnded);
}

/** `cause`: what the panic said, or what was thrown. */
function instanceEnded(cause) {
  if (end) return;
  // It is the reason that counts; the stack would be that of this line.
  end = Object.assign(new Error(`the WebAssembly instance ended: ${cause}`), { stack: undefined });
  for (const fail of waiting) fail(end);
  waiting.clear();
  // Not here: Rust is still on the stack, and would return into the other instance.
  queueMicrotask(revive);
}

// How Rust has its futures woken. The platform's own makes an object that both its collectors
// must follow for each call, a twentieth of what a purchase costs.
globalThis.queueMicrotask = (task) => {
  Promise.resolve().then(() => {
    try {
      task();
    } catch (error) {
      // A trap inside a future that no hook sees: out of memory, stack overflow.
      instanceEnded(error);
    }
  });
};

function revive() {
  if (!end) return;
  rust.__wbg_reset_state();
  rust.on_panic(instanceEnded);
  end = undefined;
  generation += 1;
  console.warn(JSON.stringify({ level: "warn", event: "instance_replaced", generation }));
}

/** Runs one call into Rust to its end, or to the promise that it gives. */
export function atOnce(call) {
  revive();
  try {
    return call();
  } catch (error) {
    // Rust returns its errors; what is thrown through its frames has left them half done.
    instanceEnded(error);
    const reason = end;
    revive();
    throw reason;
  }
}

/** Runs one call into Rust; if the instance ends under it, the promise rejects instead of hanging. */
export function guarded(call) {
  const result = atOnce(call);
  if (!(result instanceof Promise)) return result;
  return new Promise((resolve, reject) => {
    waiting.add(reject);
    result.then(
      (value) => (waiting.delete(reject), resolve(value)),
      (error) => (waiting.delete(reject), reject(error)),
    );
  });
}
