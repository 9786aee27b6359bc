// Clones share one target folder, so that dependencies compile once per machine. Cargo tells
// clones apart by file times only and names the final .wasm alike for all of them: without care
// one clone would be handed another's build. So one works at a time, and a change of clone marks
// the crate itself (not its dependencies) as changed.
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alone } from "./alone.mjs";
import { root, at, targetDir } from "./paths.mjs";

const owner = join(targetDir, "tradepost-clone");

export const withTarget = (work) =>
  alone(join(targetDir, "tradepost-lock"), "another clone is compiling", () => {
    if (!existsSync(owner) || readFileSync(owner, "utf8") !== root) {
      for (const file of ["src/lib.rs", "tests/it/main.rs"]) utimesSync(at(file), new Date(), new Date());
      writeFileSync(owner, root);
    }
    return work();
  });
