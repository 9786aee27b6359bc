// The Worker as it is, with what a test cannot do from outside: ring an order's alarm now (the
// platform allows no RPC to `alarm`), make its log unreadable for a while, look at what a throttle
// has stored, and have every queue message delivered twice, the first time in reverse.
import app, { OrderObject as Order, ThrottleObject as Throttle } from "../../src/edge/entry.js";

export { JobObject, PoolObject, PublisherObject, SeriesObject, WebhookObject } from "../../src/edge/entry.js";

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

export class ThrottleObject extends Throttle {
  async stored() {
    const { sql } = this.ctx.storage;
    const tables = sql.exec("SELECT name FROM sqlite_master WHERE name = 'throttle'").toArray();
    return { tables: tables.length, alarmAt: await this.ctx.storage.getAlarm() };
  }
}

let delivered = 0;

export default {
  ...app,

  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/harness/delivered") return Response.json({ delivered });
    const [, harness, binding, what, name] = pathname.split("/");
    if (harness !== "harness") return app.fetch(request, env, ctx);
    const object = env[binding].getByName(decodeURIComponent(name));
    return Response.json({ answer: (await object[what]()) ?? null });
  },

  async queue(batch, env, ctx) {
    await app.queue({ messages: [...batch.messages].reverse(), ackAll() {}, retryAll() {} }, env, ctx);
    await app.queue(batch, env, ctx);
    delivered += 2 * batch.messages.length;
  },
};
