// Requests generated from the contract, by Schemathesis in a Python environment of our own.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cache } from "./paths.mjs";
import { quietly, step } from "./say.mjs";

const version = "4.32.5";
const folder = join(cache, "tools", `schemathesis-${version}`);
const program = join(folder, "bin", "schemathesis");

/** The program, installed once per machine; else why there is none. */
export async function schemathesis() {
  if (works()) return { program };
  const python = ["python3", "python"].find((name) => {
    const told = spawnSync(name, ["-c", "import sys, venv, ensurepip; print(sys.version_info >= (3, 10))"], { encoding: "utf8" });
    return told.status === 0 && told.stdout.trim() === "True";
  });
  if (!python) return { why: "no Python 3.10 or newer with venv on this machine (Debian: sudo apt-get install python3-venv)." };
  try {
    await step(`Schemathesis ${version} (pip install)`, async (onLine) => {
      await quietly(python, ["-m", "venv", "--clear", folder], { onLine });
      await quietly(join(folder, "bin", "pip"), ["install", "--disable-pip-version-check", `schemathesis==${version}`], { onLine });
    });
  } catch (error) {
    return { why: `Schemathesis could not be installed: ${error.message.slice(-500)}` };
  }
  return works() ? { program } : { why: `Schemathesis was installed by ${python}, but does not start.` };
}

/** Whether the program starts: an environment outlives the Python it points at, as after an update or in a cache carried elsewhere. */
function works() {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}
