// The control: what workerd itself can do. A constant answer of about 1 KB of JSON, the size of a
// product, with one header; a catalog read has six.
const body = JSON.stringify({
  id: "prod_01J9ZK3V7Q8M4T2X6R5N0B1C2D",
  slug: "constant",
  title: "A constant answer",
  description: "x".repeat(700),
  price: { from: { amount: 1999, currency: "EUR" }, to: { amount: 2999, currency: "EUR" } },
  variants: [{ id: "var_01J9ZK3V7Q8M4T2X6R5N0B1C2E", sku: "CONSTANT-1", available: "in_stock" }],
});

export default {
  fetch: () => new Response(body, { headers: { "content-type": "application/json" } }),
};
