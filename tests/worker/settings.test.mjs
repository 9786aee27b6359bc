// What the Worker is told by its environment: a setting that is there and cannot be meant stops it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startWorker } from "../../scripts/lib/worker.mjs";

const keys = { SECRET_KEY: randomBytes(32).toString("hex") };
const settings = [
  [{ ...keys }, 200],
  [{ ...keys, TEST_PROVIDER: "off", DEVELOPMENT: "" }, 200],
  [{}, 500],
  [{ SECRET_KEY: "too short" }, 500],
  [{ ...keys, DEVELOPMENT: true }, 500],
  [{ ...keys, TEST_PROVIDER: "true" }, 500],
  [{ ...keys, PUBLIC_URL: 8787 }, 500],
];

for (const [vars, status] of settings) {
  const shown = JSON.stringify({ ...vars, SECRET_KEY: vars.SECRET_KEY && `${vars.SECRET_KEY.length} characters` });
  test(`with ${shown} the shop answers ${status}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "tradepost-settings-"));
    const worker = await startWorker({ port: 0, data: join(folder, "data"), pidFile: join(folder, "workerd.pid"), vars });
    try {
      const answer = await fetch(`${worker.url}/v1/products`);
      assert.equal(answer.status, status, await answer.clone().text());
      if (status === 500) assert.equal((await answer.json()).code, "internal");
    } finally {
      await worker.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
