// One process at a time, by a file that names the one at work.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { say } from "./say.mjs";
import { pause } from "./wait.mjs";

function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return 0;
    throw error;
  }
}

async function take(lock, busy) {
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; ; ) {
    try {
      return writeFileSync(lock, String(process.pid), { flag: "wx" });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = holderOf(lock);
    // An empty lock is one that is being written this moment.
    if (holder > 0 && !runs(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (holder > 0 && !told) {
      say(`  ${busy} (process ${holder}), waiting`);
      told = true;
    }
    await pause(200);
  }
}

/** Does the work while nobody else has the lock; what a process that died left is taken over. `busy`: what the other does. */
export async function alone(lock, busy, work) {
  await take(lock, busy);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}
