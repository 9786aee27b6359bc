// Promotions, by walking through them and counting pieces out one by one.
import { apportion, least, nearest, percentage, sum } from "./fractions.mjs";

const effectOf = (promotion) => Object.entries(promotion.effect)[0];
const inCurrency = (amounts, cart) => amounts.find((money) => money.currency === cart.currency)?.amount;
const isShipping = (promotion) => effectOf(promotion)[0] === "free_shipping";

/** What a line is to a promotion: whether it counts, can be bought, can be got. */
function role(promotion, line) {
  const { products = [], collections = [], tags = [], exclude_sale } = promotion.conditions;
  const [kind, effect] = effectOf(promotion);
  const excluded = line.delivery === "gift_card" || (exclude_sale && line.compare_at !== null && line.compare_at > line.unit_price);
  if (excluded) return [0, 0, 0];
  const isOf = (products = [], collections = [], tags = []) =>
    products.includes(line.product) ||
    collections.some((collection) => line.collections.includes(collection)) ||
    tags.some((tag) => line.tags.includes(tag));
  const counts = products.length + collections.length + tags.length === 0 || isOf(products, collections, tags);
  if (kind !== "buy_get") return [Number(counts), 0, 0];
  const named = ({ products = [], collections = [] }) =>
    Number(products.length + collections.length > 0 ? isOf(products, collections) : counts);
  return [Number(counts), named(effect.buy), named(effect.get)];
}

/** What the promotions that come will see of a line, the last of them first:
 * lines of which they see the same are divided as one. */
function seenLater(promotions, at, line) {
  const key = promotions.filter(isShipping).flatMap((promotion) => role(promotion, line));
  let priced = false;
  for (let later = promotions.length - 1; later >= at; later--) {
    const byPieces = effectOf(promotions[later])[0] === "buy_get";
    if (later === at && !byPieces) break;
    if (byPieces && !priced) key.push((priced = true) && line.unit_price);
    key.push(...role(promotions[later], line));
  }
  return key;
}

function inOrder(one, other) {
  const at = one.findIndex((number, at) => number !== other[at]);
  return at < 0 ? 0 : one[at] < other[at] ? -1 : 1;
}

/** The lines that have a part, in groups that are divided as one. */
function groups(promotions, at, lines) {
  const found = new Map();
  for (const line of lines.filter((line) => role(promotions[at], line).includes(1))) {
    const key = seenLater(promotions, at, line);
    const name = key.join(" ");
    if (!found.has(name)) found.set(name, { key, lines: [], role: role(promotions[at], line) });
    found.get(name).lines.push(line);
  }
  return [...found.values()].sort((one, other) => inOrder(one.key, other.key));
}

const leftOf = (group) => sum(group.lines.map((line) => line.left));
const countOf = (group) => sum(group.lines.map((line) => line.quantity));

/** How many pieces are got: try every number of those that could be either. */
function mostGot(onlyBought, onlyGot, either, buy, get) {
  let best = { got: 0n, ofEither: either };
  // Sets, not single pieces: what is bought beyond whole sets brings nothing.
  for (let sets = 0n; sets * buy <= onlyBought + either; sets++) {
    const taken = sets * buy > onlyBought ? sets * buy - onlyBought : 0n;
    const there = onlyGot + either - taken;
    const got = taken === 0n ? least(sets * get, there) : sets * get <= there ? sets * get : 0n;
    if (got > best.got || (got === best.got && got > 0n)) best = { got, ofEither: either - taken };
  }
  return best;
}

function gotValues(all, buy, get) {
  const alive = all.filter((group) => leftOf(group) > 0n && countOf(group) > 0n);
  const count = (bought, got) => sum(alive.filter(({ role }) => role[1] === bought && role[2] === got).map(countOf));
  let { got, ofEither } = mostGot(count(1, 0), count(0, 1), count(1, 1), BigInt(buy.quantity), BigInt(get.quantity));
  const cheapest = [...alive].sort((one, other) => {
    const [a, b] = [leftOf(one) * countOf(other), leftOf(other) * countOf(one)];
    return a < b ? -1 : a > b ? 1 : 0;
  });
  const values = new Map(all.map((group) => [group, 0n]));
  for (const group of cheapest.filter(({ role }) => role[2] === 1)) {
    const either = group.role[1] === 1;
    const pieces = least(countOf(group), got, ...(either ? [ofEither] : []));
    got -= pieces;
    if (either) ofEither -= pieces;
    values.set(group, nearest(leftOf(group) * pieces, countOf(group)));
  }
  return all.map((group) => values.get(group));
}

function minimumMet(promotion, cart) {
  const minimum = promotion.conditions.subtotal_min ?? [];
  if (minimum.length === 0) return undefined;
  const least = inCurrency(minimum, cart);
  if (least === undefined) return "nothing_matches";
  return sum(cart.lines.filter((line) => role(promotion, line)[0] === 1).map((line) => line.left)) < least ? "minimum_not_met" : undefined;
}

/** What it takes off each group, or why it takes nothing. */
function offer(promotion, all, cart) {
  const [kind, effect] = effectOf(promotion);
  let values = all.map(leftOf);
  const of = (percent) => {
    const [above, below] = percentage(percent);
    return nearest(sum(values) * above, below);
  };
  let amount;
  if (kind === "percentage") amount = of(effect.percent);
  if (kind === "fixed") {
    const fixed = inCurrency(effect.amounts, cart);
    if (fixed === undefined) return "nothing_matches";
    amount = least(fixed, sum(values));
  }
  if (kind === "tiered") {
    const tiers = effect.tiers.filter((tier) => tier.from.currency === cart.currency);
    const reached = tiers.filter((tier) => tier.from.amount <= sum(values));
    if (reached.length === 0) return tiers.length === 0 ? "nothing_matches" : "minimum_not_met";
    amount = of(reached.at(-1).percent);
  }
  if (kind === "buy_get") {
    values = gotValues(all, effect.buy, effect.get);
    if (sum(values) === 0n) return "minimum_not_met";
    amount = of(effect.get.percent);
  }
  return amount === 0n ? "nothing_matches" : apportion(amount, values);
}

/** Takes the discounts off `line.left`, notes them in `line.discounts`, and says
 * how each coupon went and which promotion takes the shipping off. */
export function discount(cart, promotions, now) {
  const verdicts = [];
  const active = promotions.filter((promotion) => {
    if (promotion.code !== null && !cart.coupons.includes(promotion.code)) return false;
    const early = promotion.starts_at !== null && Date.parse(promotion.starts_at) > now;
    const late = promotion.ends_at !== null && Date.parse(promotion.ends_at) <= now;
    if (early || late) verdicts.push([promotion, early ? "not_started" : "ended"]);
    return !early && !late;
  });
  active.sort((one, other) => other.priority - one.priority || (one.id < other.id ? -1 : 1));
  const together = [];
  const used = [];
  const shipping = [];
  const meet = (promotion, at) => {
    const all = groups(active, at, cart.lines);
    const knownFirst = cart.first_order ?? promotion.code !== null;
    if (all.length === 0 || (promotion.conditions.first_order && !knownFirst)) return "nothing_matches";
    if (together.length > 0 && !(promotion.combinable && together.every((other) => other.combinable))) return "not_combinable";
    const missed = minimumMet(promotion, cart);
    if (missed) return missed;
    if (isShipping(promotion)) {
      if (!cart.lines.some((line) => line.delivery === "shipped")) return "nothing_matches";
      together.push(promotion);
      shipping.push(promotion);
      return undefined;
    }
    const amounts = offer(promotion, all, cart);
    if (typeof amounts === "string") return amounts;
    together.push(promotion);
    used.push(promotion.id);
    all.forEach((group, at) => {
      const parts = apportion(amounts[at], group.lines.map((line) => line.left));
      group.lines.forEach((line, at) => {
        if (parts[at] === 0n) return;
        line.left -= parts[at];
        line.discounts.push([promotion.id, parts[at]]);
      });
    });
    return undefined;
  };
  active.forEach((promotion, at) => verdicts.push([promotion, meet(promotion, at)]));
  const free = shipping.filter((promotion) => {
    const missed = minimumMet(promotion, cart);
    if (missed) verdicts.find(([other]) => other === promotion)[1] = missed;
    return !missed;
  });
  return { coupons: cart.coupons.map((code) => verdictOf(code, verdicts)), free: free[0], used };
}

/** Of several promotions with one code, what says most of how to have it. */
const TELLING = [undefined, "minimum_not_met", "not_combinable", "nothing_matches", "not_started", "ended"];

function verdictOf(code, verdicts) {
  const all = verdicts.filter(([promotion]) => promotion.code === code).map(([, verdict]) => verdict);
  if (all.length === 0) return "unknown";
  return TELLING.find((verdict) => all.includes(verdict)) ?? null;
}
