// Clones share one target folder, so that dependencies compile once per machine. Cargo tells
// clones apart by file times only and names the final .wasm alike for all of them: without care
// one clone would be handed another's build. So one works at a time, and a change of clone marks
// the crate itself (not its dependencies) as changed.
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, at, targetDir } from "./paths.mjs";
import { say } from "./say.mjs";
import { pause } from "./wait.mjs";

const owner = join(targetDir, "tradepost-clone");
const lock = join(targetDir, "tradepost-lock");

function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function take() {
  for (let told = false; ; told = true) {
    try {
      mkdirSync(targetDir, { recursive: true });
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
    // An empty lock is one that is being written this moment.
    if (holder > 0 && !runs(holder)) rmSync(lock, { force: true });
    else if (!told) say(`  another clone is compiling (process ${holder}), waiting`);
    await pause(200);
  }
}

export async function withTarget(work) {
  await take();
  try {
    if (!existsSync(owner) || readFileSync(owner, "utf8") !== root) {
      for (const file of ["src/lib.rs", "tests/it/main.rs"]) utimesSync(at(file), new Date(), new Date());
      writeFileSync(owner, root);
    }
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}
