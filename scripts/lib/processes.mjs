// One server per state folder, also after a kill -9 of any part of the one before.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Stop } from "./say.mjs";

/** A process id is reused sooner or later: believe it only when the command still fits. */
function commandOf(pid) {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync("/proc/self/cmdline")) return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\0", " ") : "";
  return spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).stdout ?? "";
}

const pidIn = (file) => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0);
const alive = (pid, pattern) => pid > 0 && pid !== process.pid && pattern.test(commandOf(pid));

async function gone(pid, pattern, patience) {
  for (const until = Date.now() + patience; Date.now() < until; ) {
    if (!alive(pid, pattern)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return !alive(pid, pattern);
}

/** Waits for an orphaned server to notice that it is one, then ends a workerd that lingers. */
export async function reap(folder) {
  const server = pidIn(join(folder, "serve.pid"));
  if (!(await gone(server, /serve\.mjs/, 5000))) {
    throw new Stop(`${folder} is in use by another server, process ${server}. Stop it or choose another STATE.`);
  }
  const file = join(folder, "workerd.pid");
  const workerd = pidIn(file);
  if (alive(workerd, /workerd.* serve /)) {
    process.kill(workerd, "SIGKILL");
    await gone(workerd, /workerd/, 5000);
  }
  rmSync(file, { force: true });
}

/** Marks the folder as ours; the result gives it back. */
export function owned(folder) {
  const file = join(folder, "serve.pid");
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}
