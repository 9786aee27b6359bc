// Waiting for what others do, and doing several things at once.
import { setTimeout as pause } from "node:timers/promises";

export { pause };

/** Asks every 100 ms until the answer is truthy, and gives it; undefined when time is up. */
export async function poll(patience, answer) {
  for (const end = Date.now() + patience; ; await pause(100)) {
    const result = await answer();
    if (result || Date.now() > end) return result || undefined;
  }
}

/** The same for what must come true. */
export async function eventually(what, patience, answer) {
  const result = await poll(patience, answer);
  if (result === undefined) throw new Error(`not within ${patience} ms: ${what}`);
  return result;
}

/** Runs `work` on every item in order, at most `width` at once; the answers keep the items' order. */
export async function spread(items, width, work) {
  const answers = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) answers[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return answers;
}
