// What an order's store costs by itself: a bare JavaScript Worker that answers each request from an
// object of its own, with a SQLite store of one row. No purchase that keeps an order to itself can
// be faster than that on the same disk.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startMiniflare } from "../scripts/lib/miniflare.mjs";
import { at } from "../scripts/lib/paths.mjs";
import { Connection } from "./load.mjs";

const source = `
  import { DurableObject } from "cloudflare:workers";
  export class Store extends DurableObject {
    put(text) {
      const { sql } = this.ctx.storage;
      sql.exec("CREATE TABLE log (seq INTEGER PRIMARY KEY, events TEXT NOT NULL) STRICT");
      sql.exec("INSERT INTO log (events) VALUES (?)", text);
      return text;
    }
  }
  export default {
    fetch: async (request, env) => new Response(await env.STORES.getByName(crypto.randomUUID()).put(await request.text())),
  };
`;

/** Starts it with its state in this folder. */
export async function startFloor(state) {
  const data = mkdtempSync(join(state, "floor-"));
  const worker = {
    name: "floor",
    compatibilityDate: "2026-11-01",
    modules: [{ type: "ESModule", path: at("floor.js"), contents: source }],
    durableObjects: { STORES: { className: "Store", useSQLite: true } },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
  const miniflare = await startMiniflare({ workers: [worker], data });
  const { origin } = await miniflare.unsafeGetDirectURL("floor");
  const stop = async () => {
    await miniflare.dispose();
    rmSync(data, { recursive: true, force: true });
  };
  return { url: `${origin}/`, stop };
}

/** Stores made per second. As long as an order's events are. */
export async function stores(url, { buyers, milliseconds }) {
  const body = { events: "e".repeat(2_000) };
  let count = 0;
  const began = performance.now();
  const make = async () => {
    const connection = new Connection(url);
    for (; performance.now() - began < milliseconds; count += 1) {
      const { status } = await connection.json("POST", "/", "", body);
      if (status !== 200) throw new Error(`the floor answered ${status}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: buyers }, make));
  return count / ((performance.now() - began) / 1_000);
}
