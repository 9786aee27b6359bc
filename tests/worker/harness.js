// The Worker as it is, with two things that a test cannot do from outside: ring an order's alarm
// now (the platform allows no RPC to `alarm`), and have every queue message delivered twice, the
// first time in reverse.
import app, { OrderObject as Order } from "../../src/edge/entry.js";

export { PoolObject, PublisherObject } from "../../src/edge/entry.js";

export class OrderObject extends Order {
  ring() {
    return this.alarm();
  }
}

let delivered = 0;

export default {
  ...app,

  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/harness/delivered") return Response.json({ delivered });
    if (!pathname.startsWith("/harness/ring/")) return app.fetch(request, env, ctx);
    await env.ORDERS.getByName(pathname.slice("/harness/ring/".length)).ring();
    return new Response(null, { status: 204 });
  },

  async queue(batch, env, ctx) {
    await app.queue({ messages: [...batch.messages].reverse(), ackAll() {}, retryAll() {} }, env, ctx);
    await app.queue(batch, env, ctx);
    delivered += 2 * batch.messages.length;
  },
};
