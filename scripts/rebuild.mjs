// `npm run rebuild`: has the lists of orders put right from the orders themselves, by a job of the
// shop's, and shows how far it is; ending this ends nothing. The job walks the orders that the lists know,
// and those that the letters of the last 90 days are about; others are named in a file, an id in each line.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { readArguments } from "./retail/arguments.mjs";
import { number } from "./retail/report.mjs";
import { credentials, Shop } from "./retail/shop.mjs";
import { say, seconds, Stop, top } from "./lib/say.mjs";

const usage =
  "npm run rebuild -- [--url http://127.0.0.1:8787] [--email E --password P] [--job job_... | --ids FILE]\n" +
  "  --job ID     shows one that is under way\n" +
  "  --ids FILE   only these orders, which the lists may know nothing of";

/** The most that the shop takes at once. */
const SLICE = 100;

function* slicesOf(file) {
  const ids = readFileSync(file, "utf8").split(/\s+/).filter(Boolean);
  for (let at = 0; at < ids.length; at += SLICE) yield ids.slice(at, at + SLICE);
}

async function rebuildThese(shop, file) {
  const sum = { checked: 0, repaired: 0, unanswered: 0 };
  for (const ids of slicesOf(file)) {
    const { body: slice } = await shop.post("/v1/admin/orders/rebuild", { ids }, undefined, { staff: true });
    for (const name of Object.keys(sum)) sum[name] += slice[name];
    say(`  ${number(sum.checked)} orders, ${number(sum.repaired)} put right`);
  }
  return sum.unanswered;
}

async function rebuildAll(shop, id) {
  const begun = id ?? (await shop.post("/v1/admin/jobs", { rebuild: {} }, randomUUID(), { staff: true })).body.id;
  say(`  ${begun}; --job ${begun} shows it again`);
  for (;;) {
    const { body: job } = await shop.get(`/v1/admin/jobs/${begun}`, { staff: true });
    if (job.kind !== "rebuild") throw new Stop(`${begun} is a job of another kind: ${job.kind}.`);
    const { done, refused, total } = job.progress;
    say(`  ${number(done + refused)} of ${number(total)} orders`);
    if (job.status === "done") return refused;
    if (job.status !== "running") throw new Stop(`The job is ${job.status}${job.stopped_by ? `: ${job.stopped_by}` : ""}.`);
    await pause(1_000);
  }
}

await top(async () => {
  const options = { job: { type: "string" }, ids: { type: "string" } };
  const { url, email, password, job, ids } = readArguments(usage, options, { files: 0 });
  if (job && ids) throw new Stop(`--job shows a job, --ids begins without one: one of them.\nusage: ${usage}`);
  const shop = new Shop(url, credentials({ email, password }));
  const unanswered = ids ? await rebuildThese(shop, ids) : await rebuildAll(shop, job);
  say(`The lists of ${shop.url} are as its orders say, after ${seconds()}.`);
  if (unanswered > 0) throw new Stop(`${number(unanswered)} orders did not answer. Run it again for those.`);
});
