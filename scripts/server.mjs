// A server for tests and benches: `npm run serve` as a child process on the build that is there.
import { fork } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { at } from "./lib/paths.mjs";
import { Stop } from "./lib/say.mjs";

export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/**
 * Starts a server and waits until it is ready.
 * `state` is a folder, "memory", or nothing for a fresh one that goes away with the server.
 * `log` is a list that gathers the lines it writes down; without it they are shown.
 * `stop()` ends it cleanly; `kill()` ends server and workerd at once, as a power cut would.
 */
export async function startServer({ port, state, seed = "none", env = {}, quiet = true, log } = {}) {
  const child = fork(at("scripts", "serve.mjs"), ["--built"], {
    env: { ...process.env, STATE: state ?? "", SEED: seed, PORT: String(port ?? (await freePort())), ...env },
    stdio: ["ignore", quiet ? "ignore" : "inherit", log ? "pipe" : "inherit", "ipc"],
  });
  if (log) createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const { url, workerdPid } = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    ended.then(() => reject(new Stop("The server ended before it was ready.")));
  });
  child.disconnect();
  return {
    url,
    workerdPid,
    pid: child.pid,
    stop: () => (child.kill("SIGTERM"), ended),
    kill: async () => {
      child.kill("SIGKILL");
      try {
        process.kill(workerdPid, "SIGKILL");
      } catch {
        // It went with its parent.
      }
      await ended;
    },
  };
}
