// A year of a shop, written straight into the local database of one that is not running: what lists,
// searches and reports are made of. No order here has an object behind it: those whose pages are
// looked at are bought.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Stop } from "../scripts/lib/say.mjs";

export const SIZE = { orders: 100_000, products: 10_000, mailboxes: 40_000, accounts: 10_000, giftCards: 5_000, drafts: 2_000, jobs: 99 };
const VARIANTS = ["S", "M", "L"];
const DAY = 24 * 3_600_000;
/** Letters are kept for so long (src/messages/store.rs). */
const LETTERS_KEPT = 90 * DAY;
const NAMES = ["Ada Lovelace", "Jörg Müller", "王伟", "Grace O'Neill", "Zoë Löwenstein", "Ana Žnidaršič", "Max Hundert", "Søren Bø"];
const WORDS = ["Kettle", "Lantern", "Tent", "Rope", "Stove", "Compass", "Jacket", "Boots", "Mug", "Blanket"];
const COUNTRIES = ["DE", "DE", "DE", "AT", "FR", "GB", "NL", "IT"];
const TAGS = ["gift", "wholesale", "fragile", "vip", "check"];
const LETTER = `<p>${"Thank you for your order. ".repeat(120)}</p>`;

/** Numbers that look like chance and are the same in every run (mulberry32). */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = chance(9);
const some = (values) => values[Math.floor(random() * values.length)];
const upTo = (most) => Math.floor(random() * most);

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** An id of this time, as src/ids.rs writes it. */
function id(prefix, millis) {
  let time = "";
  for (let left = millis, place = 0; place < 10; place += 1, left = Math.floor(left / 32)) time = DIGITS[left % 32] + time;
  return `${prefix}_${time}${Array.from({ length: 16 }, () => DIGITS[upTo(32)]).join("")}`;
}

/** As `text::bare` writes it, near enough for the names above. */
const bare = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function databaseOf(data) {
  const files = readdirSync(data, { recursive: true }).filter((name) => name.endsWith(".sqlite"));
  for (const name of files) {
    const database = new DatabaseSync(join(data, name));
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'catalog_state'").get()) return database;
    database.close();
  }
  throw new Stop(`No database of a shop in ${data}.`);
}

/** A function that inserts a row of these columns. */
function into(database, table, columns) {
  const statement = database.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`);
  return (...row) => statement.run(...row);
}

/** Fills the database in the folder that a stopped shop's data are in. */
export function fill(data, now = Date.now()) {
  const database = databaseOf(data);
  database.exec("PRAGMA synchronous = OFF; BEGIN");
  const goods = products(database, now);
  const accounts = customers(database, now);
  orders(database, now, goods, accounts);
  fewer(database, now, accounts);
  // Nobody has any of these orders' objects, so nobody is to compare them tonight, nor to add up the books meanwhile.
  const tonight = Math.ceil(now / DAY) + 2;
  for (const name of ["nightly", "nightly_sums"]) {
    database.exec(`INSERT OR REPLACE INTO order_checks VALUES ('${name}', ${tonight}, '', 0, 0, 0, 1, ${now})`);
  }
  database.exec("COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

/** Products alone, of some 1,400 bytes of JSON each. */
export function fillProducts(data, count, now = Date.now()) {
  const database = databaseOf(data);
  database.exec("PRAGMA synchronous = OFF; BEGIN");
  products(database, now, { count, sentences: 7, bytes: 1_400, packed: 560 });
  database.exec("COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

function products(database, now, { count = SIZE.products, sentences = 20, bytes = 2_000, packed = 820 } = {}) {
  const product = into(database, "products", [
    "id", "slug", "title", "description", "vendor", "metadata", "status", "delivery", "version", "bytes", "packed_bytes", "created_at", "updated_at", "sought",
  ]);
  const variant = into(database, "variants", [
    "id", "product_id", "position", "sku", "option_values", "barcode", "sought", "tracked", "backorder_floor", "floor_version",
  ]);
  const option = into(database, "product_options", ["product_id", "position", "name", "option_values"]);
  const image = into(database, "product_images", ["product_id", "position", "url", "alt"]);
  const tag = into(database, "product_tags", ["product_id", "tag", "position"]);
  const price = into(database, "prices", ["variant_id", "currency", "amount", "since"]);
  const level = database.prepare("UPDATE stock_levels SET own_on_hand = ?, own_held = ?, version = 1 WHERE variant_id = ?");
  const all = [];
  for (let n = 0; n < count; n += 1) {
    const at = now - 700 * DAY + Math.floor((n * 690 * DAY) / count);
    const of = id("prod", at);
    const [title, vendor] = [`${some(WORDS)} ${some(WORDS)} ${n}`, `Maker ${n % 200}`];
    const status = n % 50 === 3 ? "draft" : n % 50 === 4 ? "archived" : "active";
    const words = "Made of what lasts. ".repeat(sentences);
    product(of, `thing-${n}`, title, words, vendor, "{}", status, "shipped", 1, bytes, packed, at, at, bare(`${title} ${vendor}`));
    option(of, 0, "Size", JSON.stringify(VARIANTS));
    image(of, 0, `https://images.example.com/${n}.jpg`, title);
    tag(of, WORDS[n % WORDS.length].toLowerCase(), 0);
    const skus = VARIANTS.map((size, position) => {
      const [variantId, sku] = [id("var", at), `SKU-${String(n).padStart(5, "0")}-${size}`];
      const barcode = String(4_000_000_000_000 + n * 10 + position);
      variant(variantId, of, position, sku, JSON.stringify([size]), barcode, bare(`${sku} ${size} ${size} ${barcode}`), 1, 0, 0);
      for (const currency of ["EUR", "GBP"]) price(variantId, currency, 500 + (n % 200) * 100, at);
      const onHand = n % 40 === 7 ? upTo(6) : 10 + upTo(200);
      level.run(onHand, Math.min(onHand, upTo(3)), variantId);
      return sku;
    });
    all.push({ id: of, title, skus, amount: 500 + (n % 200) * 100 });
  }
  database.exec(
    `UPDATE catalog_state SET revision = revision + 1, products = products + ${count}, packed_bytes = packed_bytes + ${count * packed}`,
  );
  return all;
}

function customers(database, now) {
  const account = into(database, "accounts", ["id", "email", "name", "role", "password_hash", "password_changed_at", "created_at"]);
  return Array.from({ length: SIZE.accounts }, (_, n) => {
    const at = now - upTo(500 * DAY);
    const of = id("cus", at);
    account(of, `buyer${n}@example.com`, NAMES[n % NAMES.length], "customer", "$argon2id$none", at, at);
    return of;
  });
}

function orders(database, now, goods, accounts) {
  const order = into(database, "orders", [
    "id", "version", "number", "account_id", "email", "status", "payment_status", "fulfilment_status", "return_status", "currency",
    "total", "pieces", "placed_at", "updated_at", "name", "phone", "city", "postal_code", "country", "sought", "channel", "sales",
    "documented",
  ]);
  const tag = into(database, "order_tags", ["order_id", "tag"]);
  const write = letters(database);
  const document = into(database, "documents", [
    "number", "kind", "place", "order_id", "cause", "issued_at", "currency", "net", "tax", "total", "content",
  ]);
  for (let n = 0; n < SIZE.orders; n += 1) {
    const at = now - 365 * DAY + Math.floor((n * 365 * DAY) / SIZE.orders);
    const of = id("ord", at);
    const number = `${of.slice(-8, -4)}-${of.slice(-4)}`;
    const buyer = upTo(SIZE.mailboxes);
    const [email, name, phone] = [`buyer${buyer}@example.com`, `${some(NAMES)} ${n % 977}`, `+49 30 ${1_000_000 + n}`];
    const [first, second] = [some(goods), some(goods)];
    const [status, payment, sent] = standing(n);
    const sums = [first.amount * 2, second.amount, 490].map((gross) => [gross - Math.floor((gross * 19) / 119), Math.floor((gross * 19) / 119)]);
    const [net, tax] = [0, 1].map((which) => sums.reduce((sum, each) => sum + each[which], 0));
    const country = some(COUNTRIES);
    const currency = n % 5 === 0 ? "GBP" : "EUR";
    const booked = [
      [
        [at, 0, "item", first.id, first.title, 2, 0, ...sums[0], country],
        [at, 0, "item", second.id, second.title, 1, 0, ...sums[1], country],
        [at, 0, "shipping", null, null, 0, 0, ...sums[2], country],
      ],
      [[at, "VAT", "19", net, tax, country]],
    ];
    const isSale = status === "confirmed" || status === "fulfilled";
    order(
      of, 5, number, accounts[buyer] ?? null, email, status, payment, sent, n % 500 === 3 ? "requested" : null, currency,
      net + tax, 3, at, at, name, phone, "Berlin", "02138", country,
      [number, number.replace("-", ""), email, name, phone.replace(/\D/g, ""), some(first.skus), some(second.skus)].map((part) => `${bare(part)}\n`).join(""),
      n % 4 === 0 ? "api" : "storefront", JSON.stringify(isSale ? booked : [[], []]), 5,
    );
    if (n % 10 === 0) tag(of, some(TAGS));
    if (isSale) {
      const content = JSON.stringify({ order_number: number, lines: "A line of an invoice. ".repeat(40) });
      document(`INV-${String(n + 1_000).padStart(6, "0")}`, "invoice", n + 1_000, of, "sale", at, currency, net, tax, net + tax, content);
    }
    if (now - at < LETTERS_KEPT) write(of, email, number, at, sent);
  }
}

/** Of the newest hundredth most wait to be sent; of those before nearly none. */
function standing(n) {
  const isNew = n > SIZE.orders * 0.985;
  if (n % 50 === 7) return ["cancelled", "cancelled", "unfulfilled"];
  if (isNew && n % 20 === 9) return ["awaiting_payment", n % 40 === 9 ? "declined" : "pending", "unfulfilled"];
  if (isNew && n % 30 === 11) return ["confirmed", "authorized", "unfulfilled"];
  if (isNew || n % 1_000 === 1) return ["confirmed", "paid", n % 9 === 0 ? "partially_fulfilled" : "unfulfilled"];
  return ["fulfilled", n % 40 === 5 ? "refunded" : "paid", "fulfilled"];
}

function letters(database) {
  const letter = into(database, "messages", [
    "about", "kind", "version", "recipient", "language", "subject", "text", "html", "status", "tries", "unanswered", "next_try_at", "created_at",
  ]);
  let written = 0;
  return (order, email, number, at, sent) => {
    for (const kind of sent === "fulfilled" ? ["order_confirmed", "order_shipped"] : ["order_confirmed"]) {
      written += 1;
      const status = written % 5_000 === 1 ? "refused" : "sent";
      letter(order, kind, 1, email, "en", `Your order ${number}`, LETTER.slice(0, 1_000), LETTER, status, 1, 0, at, at);
    }
  };
}

/** What there is less of. */
function fewer(database, now, accounts) {
  const card = into(database, "gift_cards", ["id", "digest", "last4", "currency", "initial_balance", "account_id", "created_at", "balance"]);
  for (let n = 0; n < SIZE.giftCards; n += 1) {
    const at = now - upTo(365 * DAY);
    card(id("gift", at), `${id("digest", at)}`.padEnd(43, "x").slice(0, 43), id("x", at).slice(-4), "EUR", 5_000, accounts[0], at, upTo(5_000));
  }
  const draft = into(database, "drafts", [
    "id", "version", "account_id", "email", "currency", "total", "pieces", "created_at", "changed_at", "sent_at", "expires_at", "deleted",
  ]);
  for (let n = 0; n < SIZE.drafts; n += 1) {
    const at = now - upTo(365 * DAY);
    draft(id("ord", at), 2, accounts[0], `buyer${n}@example.com`, "EUR", 5_000, 2, at, at, n % 3 === 0 ? at : null, at + 30 * DAY, 0);
  }
  const job = into(database, "jobs", ["id", "begun_at", "job"]);
  const like = database.prepare("SELECT job FROM jobs").get();
  for (let n = 0; like && n < SIZE.jobs; n += 1) {
    const of = id("job", now - n * DAY);
    job(of, now - n * DAY, JSON.stringify({ ...JSON.parse(like.job), id: of }));
  }
}
