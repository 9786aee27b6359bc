// A browser for the browser tests, from the system's own packages.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { quietly, step } from "./say.mjs";

const places = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const find = () => places.find((place) => place && existsSync(place));

/** The browser's program, installed where that needs no question; else why there is none. */
export async function chromium() {
  if (find()) return { program: find() };
  const apt = spawnSync("apt-get", ["--version"]).status === 0;
  if (!apt || process.getuid?.() !== 0) {
    return { why: "no Chromium on this machine. Install it (Debian: sudo apt-get install chromium) or set CHROMIUM to its program." };
  }
  try {
    await step("Chromium (apt-get install)", async (onLine) => {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      await quietly("apt-get", ["update"], { onLine, env });
      await quietly("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { onLine, env });
    });
  } catch (error) {
    return { why: `Chromium could not be installed: ${error.message.slice(-500)}` };
  }
  return find() ? { program: find() } : { why: "apt-get installed chromium, but its program was not found" };
}
