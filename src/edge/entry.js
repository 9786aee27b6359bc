// The Worker's front door: hands the platform's events to Rust and decides nothing. It is
// JavaScript because a plain handler costs less than the crate's generated one, because only a
// class that extends DurableObject can be called by RPC, and because something must outlive a panic.
import { DurableObject } from "cloudflare:workers";
import * as rust from "../../build/tradepost.js";
import module from "../../build/tradepost_bg.wasm";
import { assetOf, isAsset } from "./assets.js";
import { broken } from "./broken.js";
import { atOnce, begin, generation, guarded } from "./life.js";
import { bodyOf, headersOf, isOfApi } from "./request.js";
import { hearOut, isUpload, readerOf } from "./upload.js";

begin(module);

/** Pages differ by language and currency, the API's answers do not: of those, two headers less are read. */
const visitorOf = ({ headers }) => `${headers.get("cookie") ?? ""}\n${headers.get("accept-language") ?? ""}`;

/** What whoever is signed in shows: some have prices of their own. */
function tokensOf({ headers }) {
  const authorization = headers.get("authorization");
  const cookie = headers.get("cookie");
  if (authorization === null && !cookie?.includes("__Host-access=")) return undefined;
  return `${authorization ?? ""}\n${cookie ?? ""}`;
}

/** The catalog for anonymous buyers: no promise, no body. Undefined when Rust declines. */
function quick(request, url) {
  try {
    const visitor = isOfApi(url) ? undefined : visitorOf(request);
    return atOnce(() => rust.quick(url, request.headers.get("if-none-match") ?? undefined, visitor, tokensOf(request)));
  } catch (error) {
    return broken(request, error);
  }
}

/** What has no body is answered without a promise, unless Rust must wait for something. */
function serve(request, env) {
  if (request.body !== null) return serveBody(request, env);
  try {
    const answer = guarded(() => rust.serve(request.method, request.url, headersOf(request, env), undefined, undefined, env));
    return answer instanceof Promise ? answer.catch((error) => broken(request, error)) : answer;
  } catch (error) {
    return broken(request, error);
  }
}

async function serveBody(request, env) {
  try {
    let headers = headersOf(request, env);
    if (isUpload(request)) {
      const answer = await guarded(() => rust.serve(request.method, request.url, headers, undefined, readerOf(request), env));
      await hearOut(request);
      return answer;
    }
    let body = await bodyOf(request);
    if (body === "too large") {
      // Rust words the 413 like every other error.
      headers += `${headers && "\0"}x-body-too-large\x001`;
      body = undefined;
    }
    return await guarded(() => rust.serve(request.method, request.url, headers, body, undefined, env));
  } catch (error) {
    return broken(request, error);
  }
}

/** One that is not there is a 404 of Rust's, worded like every other. */
async function serveAsset(request, env) {
  try {
    return (await assetOf(request, env)) ?? serve(request, env);
  } catch (error) {
    return broken(request, error);
  }
}

export default {
  fetch(request, env) {
    const { method, url } = request;
    // Where other sites' pages may read answers (CORS), their requests need answers of their own.
    if (method === "GET" && !(env.CORS_ORIGINS && request.headers.has("origin"))) {
      const answer = quick(request, url);
      if (answer !== undefined) return answer;
    }
    if ((method === "GET" || method === "HEAD") && isAsset(url)) return serveAsset(request, env);
    return serve(request, env);
  },

  async queue(batch, env) {
    try {
      const bodies = batch.messages.map(({ body }) => (typeof body === "string" ? body : JSON.stringify(body)));
      await guarded(() => rust.consume(bodies, env));
      batch.ackAll();
    } catch (error) {
      console.error("events not consumed, retrying", error);
      // A hundred retries then take nearly three days: the database may be away for so long.
      for (const message of batch.messages) message.retry({ delaySeconds: 5 * 2 ** Math.min(message.attempts - 1, 9) });
    }
  },

  async scheduled(_controller, env) {
    await guarded(() => rust.tick(env));
  },
};

/** An object whose Rust half dies with its instance: the next call builds it again from storage. */
const objectOf = (Host) =>
  class extends DurableObject {
    #inner;
    #generation;

    #host() {
      if (this.#generation !== generation) {
        this.#inner = new Host(this.ctx, this.env);
        this.#generation = generation;
      }
      return this.#inner;
    }

    command(json) {
      return guarded(() => this.#host().command(json));
    }

    /** The platform gives an alarm up after six failures; what an object owes, it owes until it is done. */
    async alarm() {
      try {
        await guarded(() => this.#host().alarm());
      } catch (error) {
        console.error("alarm failed, ringing again", error);
        await this.ctx.storage.setAlarm(Date.now() + 10_000);
      }
    }
  };

export class OrderObject extends objectOf(rust.OrderHost) {}
export class PoolObject extends objectOf(rust.PoolHost) {}
export class PublisherObject extends objectOf(rust.PublisherHost) {}
export class ThrottleObject extends objectOf(rust.ThrottleHost) {}
export class WebhookObject extends objectOf(rust.WebhookHost) {}
export class SeriesObject extends objectOf(rust.SeriesHost) {}
export class JobObject extends objectOf(rust.JobHost) {}
