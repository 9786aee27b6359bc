// A second calculation of quotes, written from the rules and not from the
// engine: exact fractions, regular expressions, the calendar of JavaScript. Reads
// cases as lines of JSON and writes what each comes to; `src/pricing/second_tests.rs`
// compares it with the engine's.
import { createInterface } from "node:readline";
import { apportion, least, nearest, percentage, sum } from "./fractions.mjs";
import { closeness } from "./places.mjs";
import { discount } from "./promotions.mjs";

const UNION = "BE BG CZ DK DE EE IE GR ES FR HR IT CY LV LT LU HU MT NL AT PL PT RO SI SK FI SE".split(" ");

/** The rates of a class that name the place most closely, each name once. */
function ratesOf(shop, place, wanted) {
  const name = shop.tax.classes.includes(wanted) ? wanted : shop.tax.classes[0];
  const near = shop.tax.rates.filter((rate) => rate.class === name).map((rate) => [closeness(rate, place), rate]);
  const most = Math.max(...near.map(([how]) => how ?? -1));
  const closest = near.filter(([how]) => how === most).map(([, rate]) => rate);
  return closest.filter((rate, at) => closest.findIndex((other) => other.name === rate.name) === at);
}

/** All rates together, as a fraction of the amount before tax. */
const together = (rates) => {
  const below = 10n ** 8n;
  return [sum(rates.map((rate) => percentage(rate.rate)).map(([above, of]) => (above * below) / of)), below];
};

function taxOn(amount, rates, isIncluded) {
  const [above, below] = together(rates);
  const tax = isIncluded ? nearest(amount * above, below + above) : nearest(amount * above, below);
  const shares = apportion(tax, rates.map((rate) => together([rate])[0]));
  return { amount: tax, rates: rates.map((rate, at) => [rate.name, shares[at]]) };
}

function isReverse(shop, cart) {
  const members = [shop.country, cart.business_in].every((country) => UNION.includes(country));
  return shop.tax.reverse_charge && members && cart.to?.country === cart.business_in && shop.country !== cart.business_in;
}

function zoneOf(shop, place) {
  const near = shop.shipping.zones.map((zone) => {
    if (zone.places.length === 0) return -1;
    return Math.max(-2, ...zone.places.map((rule) => closeness(rule, place) ?? -2));
  });
  const most = Math.max(...near);
  return most >= -1 ? shop.shipping.zones[near.indexOf(most)] : undefined;
}

function shippingPrice(option, cart) {
  const rate = option?.rates.find((rate) => rate.currency === cart.currency);
  if (!rate) return undefined;
  const subtotal = sum(cart.lines.filter((line) => line.delivery !== "gift_card").map((line) => line.left));
  const sent = cart.lines.filter((line) => line.delivery === "shipped");
  const reached = rate.by === "weight" ? sum(sent.map((line) => line.weight_grams * line.quantity)) : subtotal;
  const price = rate.amount ?? (rate.tiers ?? []).filter((tier) => tier.from <= reached).at(-1)?.amount;
  return price !== undefined && rate.free_from !== undefined && subtotal >= rate.free_from ? 0n : price;
}

/** Midnight of the day that is so many working days after the one of `now`. */
function workingDay(now, count) {
  const day = new Date(now);
  day.setUTCHours(0, 0, 0, 0);
  const rests = () => [0, 6].includes(day.getUTCDay());
  const next = () => day.setUTCDate(day.getUTCDate() + 1);
  for (let left = count; left > 0; ) {
    next();
    if (!rests()) left--;
  }
  while (rests()) next();
  return day.toISOString();
}

function quote({ shop, cart, now }) {
  const place = cart.to ?? (shop.country && { country: shop.country });
  const reverse = isReverse(shop, cart);
  const included = shop.prices_include_tax && !reverse;
  const rates = (name) => ratesOf(shop, place, name);
  const net = (price, name) => {
    if (!reverse || !shop.prices_include_tax) return price;
    const [above, below] = together(rates(name));
    return nearest(price * below, below + above);
  };
  for (const line of cart.lines) {
    line.price = line.delivery === "gift_card" ? line.unit_price : net(line.unit_price, line.tax_class);
    line.left = line.price * line.quantity;
    line.discounts = [];
  }
  const items = sum(cart.lines.map((line) => line.left));
  const { coupons, free, used } = discount(cart, shop.promotions, Date.parse(now));
  const tax = (amount, name, isTaxed) => taxOn(amount, isTaxed && !reverse ? rates(name) : [], included);
  const lines = cart.lines.map((line) => ({
    unit_price: line.price,
    discounts: line.discounts,
    total: line.left,
    tax: tax(line.left, line.tax_class, line.delivery !== "gift_card"),
  }));
  const option = cart.lines.some((line) => line.delivery === "shipped")
    ? zoneOf(shop, place)?.options.find((option) => option.id === cart.shipping_option)
    : undefined;
  const gross = shippingPrice(option, cart);
  const price = gross === undefined ? undefined : net(gross, option.tax_class);
  const isFree = free !== undefined && price > 0n;
  if (isFree) used.push(free.id);
  const days = option?.handling_days;
  const shipping = price === undefined ? null : {
    price,
    discounts: isFree ? [[free.id, price]] : [],
    tax: tax(isFree ? 0n : price, option.tax_class, true),
    arrives: days ? [workingDay(now, Number(days.from)), workingDay(now, Number(days.to))] : null,
  };
  const taxes = sum([...lines, ...(shipping ? [shipping] : [])].map((part) => part.tax.amount));
  const left = sum(lines.map((line) => line.total));
  const forShipping = shipping && !isFree ? shipping.price : 0n;
  const total = left + forShipping + (included ? 0n : taxes);
  let unpaid = total;
  const seen = new Set();
  const giftCards = cart.gift_cards.map((card) => {
    const pays = seen.has(card.id) ? 0n : least(card.balance, unpaid);
    seen.add(card.id);
    unpaid -= pays;
    return pays;
  });
  const totals = { items, discount: items - left, shipping: forShipping, tax: taxes, total, gift_cards: total - unpaid, to_pay: unpaid };
  return { lines, shipping, coupons, uses: used, gift_cards: giftCards, totals, tax_included: included, reverse_charge: reverse };
}

/** Amounts are whole numbers of minor units; nothing here may be a float. */
const read = (text) => JSON.parse(text, (key, value) => (typeof value === "number" && key !== "priority" ? BigInt(value) : value));
const write = (value) => JSON.stringify(value, (_, value) => (typeof value === "bigint" ? Number(value) : value));

for await (const line of createInterface({ input: process.stdin })) {
  console.log(write(quote(read(line))));
}
