// `npm run rebuild`: puts the lists of orders right from the orders themselves, slice by slice. May be
// ended and begun again at any time. The shop walks the orders that its lists know, and those that the
// letters of the last 90 days are about; others are named in a file, an id in each line.
import { readFileSync } from "node:fs";
import { readArguments } from "./retail/arguments.mjs";
import { number } from "./retail/report.mjs";
import { credentials, Shop } from "./retail/shop.mjs";
import { say, seconds, Stop, top } from "./lib/say.mjs";

const usage =
  "npm run rebuild -- [--url http://127.0.0.1:8787] [--email E --password P] [--after ord_...] [--ids FILE]\n" +
  "  --after ID   goes on behind this order, as a run that was ended has said\n" +
  "  --ids FILE   only these orders, which the lists may know nothing of";

/** The most that the shop takes at once. */
const SLICE = 100;

function* slicesOf(file) {
  const ids = readFileSync(file, "utf8").split(/\s+/).filter(Boolean);
  for (let at = 0; at < ids.length; at += SLICE) yield ids.slice(at, at + SLICE);
}

await top(async () => {
  const { url, email, password, after, ids } = readArguments(
    usage,
    { after: { type: "string" }, ids: { type: "string" } },
    { files: 0 },
  );
  const shop = new Shop(url, credentials({ email, password }));
  const sum = { checked: 0, repaired: 0, unanswered: 0 };
  const rebuild = async (body) => {
    const { body: slice } = await shop.post("/v1/admin/orders/rebuild", body, undefined, { staff: true });
    for (const name of Object.keys(sum)) sum[name] += slice[name];
    say(`  ${number(sum.checked)} orders, ${number(sum.repaired)} put right${slice.next ? `; --after ${slice.next} goes on here` : ""}`);
    return slice.next;
  };
  if (ids) for (const slice of slicesOf(ids)) await rebuild({ ids: slice });
  else for (let next = after, first = true; first || next; first = false) next = await rebuild(next ? { after: next } : {});
  say(`The lists of ${shop.url} are as its orders say, after ${seconds()}.`);
  if (sum.unanswered > 0) throw new Stop(`${number(sum.unanswered)} orders did not answer. Run it again for those.`);
});
