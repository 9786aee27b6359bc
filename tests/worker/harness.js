// The Worker as it is, with what a test cannot do from outside: ring an order's alarm now (the
// platform allows no RPC to `alarm`), make its log unreadable for a while, and have every queue
// message delivered twice, the first time in reverse.
import app, { OrderObject as Order } from "../../src/edge/entry.js";

export { PoolObject, PublisherObject, ThrottleObject } from "../../src/edge/entry.js";

export class OrderObject extends Order {
  ring() {
    return this.alarm();
  }

  break() {
    this.ctx.storage.sql.exec("INSERT INTO log (seq, events) VALUES (1000000, 'nonsense')");
  }

  mend() {
    this.ctx.storage.sql.exec("DELETE FROM log WHERE seq = 1000000");
  }

  alarmAt() {
    return this.ctx.storage.getAlarm();
  }
}

let delivered = 0;

export default {
  ...app,

  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/harness/delivered") return Response.json({ delivered });
    const [, harness, what, order] = pathname.split("/");
    if (harness !== "harness") return app.fetch(request, env, ctx);
    return Response.json({ answer: (await env.ORDERS.getByName(order)[what]()) ?? null });
  },

  async queue(batch, env, ctx) {
    await app.queue({ messages: [...batch.messages].reverse(), ackAll() {}, retryAll() {} }, env, ctx);
    await app.queue(batch, env, ctx);
    delivered += 2 * batch.messages.length;
  },
};
