// One build at a time, and whose pages differ by who reads them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { alone } from "../../scripts/lib/alone.mjs";
import { eventually } from "../../scripts/lib/wait.mjs";
import { isOfApi } from "../../src/edge/request.js";

/** A path for a lock, in a folder that is not there yet. */
function place(t) {
  const folder = mkdtempSync(join(tmpdir(), "tradepost-alone-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "build", "lock");
}

test("only one is at work at a time, also after one that failed", async (t) => {
  const lock = place(t);
  const seen = [];
  const work = (name) => async () => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
    if (name === "a") throw new Error("no");
    return name;
  };
  const done = await Promise.allSettled(["a", "b", "c"].map((name) => alone(lock, "another", work(name))));
  assert.deepEqual(done.map(({ value, reason }) => value ?? reason.message), ["no", "b", "c"]);
  for (let at = 0; at < seen.length; at += 2) assert.equal(seen[at].replace("begins", "ends"), seen[at + 1]);
  assert.ok(!existsSync(lock));
});

test("what a process holds is waited for, and taken over once it has died", async (t) => {
  const lock = place(t);
  const code = `import { alone } from ${JSON.stringify(new URL("../../scripts/lib/alone.mjs", import.meta.url).href)};
    await alone(${JSON.stringify(lock)}, "", () => new Promise((end) => setTimeout(end, 60_000)));`;
  const other = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: "inherit" });
  t.after(() => other.kill("SIGKILL"));
  await eventually("the other has it", 10_000, () => existsSync(lock));
  let begun = false;
  const ours = alone(lock, "another", () => (begun = true));
  await new Promise((end) => setTimeout(end, 500));
  assert.ok(!begun);
  other.kill("SIGKILL");
  await once(other, "exit");
  assert.ok(await ours);
});

test("a lock that names nobody who runs is no lock", async (t) => {
  const lock = place(t);
  await alone(lock, "another", () => {});
  writeFileSync(lock, "4194304999");
  assert.equal(await alone(lock, "another", () => "done"), "done");
  assert.deepEqual(readdirSync(dirname(lock)), []);
});

test("a lock that was never written is waited for, and no lock after some seconds", async (t) => {
  const lock = place(t);
  mkdirSync(dirname(lock));
  writeFileSync(lock, "");
  let done = false;
  const ours = alone(lock, "another", () => (done = true));
  await new Promise((end) => setTimeout(end, 500));
  assert.ok(!done);
  utimesSync(lock, 0, 0);
  assert.ok(await ours);
});

test("the API is known by how the path begins", () => {
  for (const path of ["/v1/products", "/v1/", "/v1/products?q=a"]) assert.ok(isOfApi(`https://shop.example${path}`), path);
  for (const path of ["/products?q=/v1/", "/products/v1/", "/v1x/", "/?a=http://b/v1/"]) assert.ok(!isOfApi(`https://shop.example${path}`), path);
});
