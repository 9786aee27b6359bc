// One server per state folder, also after a kill -9 of any part of the one before.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { say } from "./say.mjs";
import { poll } from "./wait.mjs";

const SERVER = /serve\.mjs/;
const WORKERD = /workerd.* serve /;

/** A process id is reused sooner or later: believe it only when the command still fits. */
function commandOf(pid) {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync("/proc/self/cmdline")) return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\0", " ") : "";
  return spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).stdout ?? "";
}

const pidIn = (file) => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0);
const alive = (pid, pattern) => pid > 0 && pid !== process.pid && pattern.test(commandOf(pid));

const gone = (pid, pattern, patience) => poll(patience, () => !alive(pid, pattern));

/**
 * Ends what an earlier server on this folder left running. The one started last wins: whoever
 * restarts a server after killing some wrapper of it should not have to hunt for the rest.
 */
export async function reap(folder) {
  const server = pidIn(join(folder, "serve.pid"));
  if (!(await gone(server, SERVER, 1000))) {
    say(`${folder} is in use by process ${server}: stopping that server first`);
    process.kill(server, "SIGTERM");
    if (!(await gone(server, SERVER, 5000))) process.kill(server, "SIGKILL");
  }
  const workerd = pidIn(join(folder, "workerd.pid"));
  if (!(await gone(workerd, WORKERD, 500))) {
    process.kill(workerd, "SIGKILL");
    await gone(workerd, WORKERD, 5000);
  }
  rmSync(join(folder, "workerd.pid"), { force: true });
}

/** Marks the folder as ours; the result gives it back. */
export function owned(folder) {
  const file = join(folder, "serve.pid");
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}
