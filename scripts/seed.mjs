// The demo shop, through the public API: what it does, a shop's own import can do.
// Running it again changes nothing, whoever ran it before and however far it came.
import { readFileSync } from "node:fs";
import { at } from "./lib/paths.mjs";
import { isMain, step, Stop, top } from "./lib/say.mjs";
import { poll, spread } from "./lib/wait.mjs";

const AT_ONCE = 6;

/** Asks until `answer` says yes; what it said last becomes part of the error. */
async function until(what, patience, answer) {
  let last = "";
  const came = await poll(patience, async () => {
    const result = await answer().catch((error) => ({ last: error.cause?.message ?? error.message }));
    last = result.last;
    return result.yes;
  });
  if (!came) throw new Stop(`${what}; the last answer was: ${last}`);
}

export const untilReady = (url) =>
  until("The Worker did not become ready", 60_000, async () => {
    const response = await fetch(`${url}/readyz`);
    return { yes: response.status === 200, last: `${response.status} ${(await response.text()).slice(0, 500)}` };
  });

/** Lists are made of a copy, which has what is new a moment later; until then an answer about it is the database's. */
export const untilVisible = (url, slug) =>
  slug === undefined
    ? undefined
    : until("The demo products did not appear in the catalog", 60_000, async () => {
        const response = await fetch(`${url}/v1/products/${slug}`);
        await response.arrayBuffer();
        const isInCopy = response.ok && response.headers.get("cache-control").includes("s-maxage=5");
        return { yes: isInCopy, last: `GET /v1/products/${slug}: ${response.status}` };
      });

export async function seed({ url, email, password }) {
  const read = (...path) => JSON.parse(readFileSync(at(...path), "utf8"));
  const { products } = read("demo", "products.json");
  const { shipping, promotions, settings } = read("demo", "settings.json");
  const { collections } = read("demo", "collections.json");
  const { tax } = read("data", "tax", "europe.json");

  const send = async (path, body, headers = {}, method = "POST") => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, text, json: () => JSON.parse(text) };
  };
  const wrong = (path, { status, text }) => new Stop(`Seeding: ${path} answered ${status}: ${text.slice(0, 500)}`);

  const login = await send("/v1/auth/login", { email, password });
  if (login.status !== 200) throw wrong("/v1/auth/login", login);
  const authorization = `Bearer ${login.json().access_token}`;

  /** Once for a shop: what its owner has decided since stays. That the shop has a country says that it was done. */
  const decide = async () => {
    const current = await fetch(`${url}/v1/admin/settings`, { headers: { authorization } });
    if (current.status !== 200) throw new Stop(`Seeding: GET /v1/admin/settings answered ${current.status}`);
    if ((await current.json()).country !== null) return;
    const change = async (method, path, body, key) => {
      const answer = await send(path, body, { authorization, ...(key && { "idempotency-key": key }) }, method);
      if (answer.status >= 300 && !answer.text.includes('"code_taken"')) throw wrong(path, answer);
    };
    await change("PUT", "/v1/admin/settings/tax", tax);
    await change("PUT", "/v1/admin/settings/shipping", shipping);
    for (const promotion of promotions) {
      await change("POST", "/v1/admin/promotions", promotion, `demo:${encodeURIComponent(promotion.title)}`);
    }
    await change("PATCH", "/v1/admin/settings", settings);
  };

  /** By slug. */
  const ids = new Map();
  const idOf = async (sku) => {
    const response = await fetch(`${url}/v1/admin/variants?q=${sku}`, { headers: { authorization } });
    const { items } = await response.json();
    return items.find((item) => item.sku === sku)?.id;
  };
  /** What has this slug by now, as far as buyers see it. */
  const named = async (path, slug) => {
    const response = await fetch(`${url}${path}/${slug}`);
    const { id } = await response.json();
    if (response.ok) ids.set(slug, id);
  };
  /** Another seeding made it, longer ago than idempotency keys are kept or as another demo had it; or the shop did. */
  const isTaken = ({ status, text }) => status === 409 || (status === 422 && text.includes('"idempotency_key_reused"'));

  /** With the ids of its parts, which the file names by their SKUs; none if the shop has one of them no more. */
  const made = async ({ stock: _, parts, ...variant }) => {
    if (!parts) return variant;
    const each = parts.map(async ({ sku, quantity }) => ({ variant_id: await idOf(sku), quantity }));
    const known = await Promise.all(each);
    return known.every(({ variant_id }) => variant_id) ? { ...variant, parts: known } : undefined;
  };

  const put = async (product) => {
    const { variants, ...rest } = product;
    const stock = new Map(variants.map(({ sku, stock }) => [sku, stock ?? 0]));
    const body = { ...rest, status: "active", variants: await Promise.all(variants.map(made)) };
    if (body.variants.includes(undefined)) return;
    const answer = await send("/v1/admin/products", body, { authorization, "idempotency-key": `demo:${product.slug}` });
    // Then it has its stock, too.
    if (isTaken(answer)) return named("/v1/products", product.slug);
    if (answer.status !== 201) throw wrong("/v1/admin/products", answer);
    ids.set(product.slug, answer.json().id);
    for (const { id, sku } of answer.json().variants) {
      if (!stock.get(sku)) continue;
      const path = `/v1/admin/stock/${id}/adjustments`;
      // The reference, not the key, is what makes a repeat count once.
      const adjusted = await send(
        path,
        { delta: stock.get(sku), reason: "received", reference: `demo:${sku}` },
        { authorization, "idempotency-key": `demo:${sku}` },
      );
      if (adjusted.status >= 300) throw wrong(path, adjusted);
    }
  };

  /** Parents first; `ids` has those of the products and of the collections before it. */
  const collect = async ({ products: picked, parent, ...collection }, position) => {
    if (parent && !ids.has(parent)) return;
    const path = "/v1/admin/collections";
    const body = { ...collection, position, published: true, ...(parent && { parent: ids.get(parent) }) };
    const keyed = (name) => ({ authorization, "idempotency-key": `demo:${name}:${collection.slug}` });
    const answer = await send(path, body, keyed("collection"));
    if (isTaken(answer)) return named("/v1/collections", collection.slug);
    if (answer.status !== 201) throw wrong(path, answer);
    ids.set(collection.slug, answer.json().id);
    if (!picked) return;
    const add = picked.map((slug) => ids.get(slug)).filter(Boolean);
    const chosen = await send(`${path}/${answer.json().id}/products`, { add }, keyed("products"));
    if (chosen.status >= 300) throw wrong(`${path}/products`, chosen);
  };

  await decide();
  await step(`seeding ${products.length} demo products`, async (progress) => {
    let done = 0;
    const isMade = ({ variants }) => variants.some(({ parts }) => parts);
    // What is made of others comes once they are there.
    for (const some of [products.filter((product) => !isMade(product)), products.filter(isMade)]) {
      await spread(some, AT_ONCE, async (product) => {
        await put(product);
        progress(`${++done} of ${products.length}`);
      });
    }
    for (const [position, collection] of collections.entries()) await collect(collection, position);
  });
  return products.at(-1)?.slug;
}

if (isMain(import.meta.url)) {
  const { TRADEPOST_URL: url, ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
  await top(async () => {
    if (!url || !email || !password) throw new Stop("Set TRADEPOST_URL, ADMIN_EMAIL and ADMIN_PASSWORD.");
    await seed({ url, email, password });
  });
}
