// The local database's tables.
import { readdirSync, readFileSync } from "node:fs";
import { unstable_splitSqlQuery as splitSql } from "wrangler";
import { startMiniflare } from "./miniflare.mjs";
import { at } from "./paths.mjs";

/**
 * What `wrangler d1 migrations apply` does, in the same table, without starting wrangler. On a
 * workerd of its own, which listens to nobody: the shop's opens its socket the moment it starts.
 */
export async function migrate({ data, pidFile, databases }) {
  const nothing = { name: "migrations", modules: true, script: "export default {};", d1Databases: databases };
  const miniflare = await startMiniflare({ workers: [nothing], data, pidFile });
  try {
    await apply(await miniflare.getD1Database("DB"));
  } finally {
    await miniflare.dispose();
  }
}

async function apply(database) {
  const table = "d1_migrations";
  await database
    .prepare(
      `CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, ` +
        `applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    )
    .run();
  const { results } = await database.prepare(`SELECT name FROM ${table}`).all();
  const applied = new Set(results.map(({ name }) => name));
  const pending = readdirSync(at("migrations")).filter((name) => name.endsWith(".sql") && !applied.has(name));
  for (const name of pending.sort()) {
    const statements = splitSql(readFileSync(at("migrations", name), "utf8")).filter((text) => text.trim());
    await database.batch([
      ...statements.map((text) => database.prepare(text)),
      database.prepare(`INSERT INTO ${table} (name) VALUES (?)`).bind(name),
    ]);
  }
}
