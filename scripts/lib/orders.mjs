// The local queue keeps its messages in memory: what it had accepted when the process was killed
// never reaches the lists of orders, nor their buyers. (The platform's own queue is durable.) So after
// a crash the orders touched last tell both once more; a letter that was written is not written again.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { spread } from "./wait.mjs";

/** Longer than a message waits in the queue while the database answers. */
const RECENT_MILLISECONDS = 120_000;

/** The ids of the orders written to shortly before the crash, read from their objects' files. */
export async function ordersBeforeCrash(folder) {
  const objects = join(folder, "data", "do", "tradepost-OrderObject");
  if (!existsSync(objects)) return [];
  const written = new Map();
  for (const name of readdirSync(objects)) {
    const object = name.match(/^[0-9a-f]{64}\.sqlite/)?.[0];
    if (!object) continue;
    const { mtimeMs } = statSync(join(objects, name));
    written.set(object, Math.max(written.get(object) ?? 0, mtimeMs));
  }
  const newest = Math.max(0, ...written.values());
  const recent = [...written].filter(([, at]) => newest - at < RECENT_MILLISECONDS);
  const { DatabaseSync } = await import("node:sqlite");
  return recent.flatMap(([name]) => {
    const database = new DatabaseSync(join(objects, name));
    try {
      const log = database.prepare("SELECT events FROM log ORDER BY seq").all();
      const events = log.flatMap(({ events }) => JSON.parse(events)).map(([, event]) => event);
      return events.some(({ placed }) => placed) ? [events[0].created.id] : [];
    } catch {
      // Killed before its first write: there is no order in it.
      return [];
    } finally {
      database.close();
    }
  });
}

export const republish = (url, orders) =>
  spread(orders, 8, async (id) => void (await fetch(`${url}/dev/orders/${id}/republish`, { method: "POST" })));
