// Events, signed as docs.stripe.com/webhooks ("Verify manually") says, told when, how often and in
// what order a test wants. By itself each is told at once, and again while it is not answered 2xx.
import { createHmac, randomBytes } from "node:crypto";

/** The header that proves that `text` is Stripe's. */
export function signature(text, secret, seconds = Math.floor(Date.now() / 1000)) {
  const mac = createHmac("sha256", secret).update(`${seconds}.${text}`).digest("hex");
  return `t=${seconds},v1=${mac}`;
}

export class Events {
  #secret;
  #url;
  /** Whether events are told by themselves. */
  automatic = true;
  /** All that has happened, the oldest first. */
  all = [];
  /** What was told, and what was answered. */
  told = [];

  constructor({ secret, url }) {
    this.#secret = secret;
    this.#url = url;
  }

  set url(url) {
    this.#url = url;
  }

  add(type, object) {
    const event = {
      id: `evt_${randomBytes(12).toString("hex")}`,
      object: "event",
      api_version: "2026-10-28.endive",
      created: Math.floor(Date.now() / 1000),
      livemode: object.livemode ?? false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
      data: { object: structuredClone(object) },
    };
    this.all.push(event);
    if (this.automatic && this.#url) this.#tellUntilHeard(event);
    return event;
  }

  async #tellUntilHeard(event) {
    for (let tries = 0; tries < 20; tries += 1) {
      const status = await this.tell(event).catch(() => 0);
      if (status >= 200 && status < 300) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Tells one event, perhaps with other bytes, signed at another time or by another secret. */
  async tell(event, { seconds, secret = this.#secret, header, text = JSON.stringify(event) } = {}) {
    const headers = { "content-type": "application/json", "stripe-signature": header ?? signature(text, secret, seconds) };
    const response = await fetch(this.#url, { method: "POST", headers, body: text });
    await response.arrayBuffer();
    this.told.push({ id: event.id, type: event.type, status: response.status });
    return response.status;
  }

  signed(text, seconds) {
    return signature(text, this.#secret, seconds);
  }

  /** Of one kind, about one attempt of ours. */
  of(type, attempt) {
    return this.all.filter((event) => event.type === type && event.data.object.metadata?.attempt === attempt);
  }
}
