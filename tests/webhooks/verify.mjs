// Verifies webhooks by the library of Standard Webhooks itself. Reads a list of
// `{secret, headers, body, now}` and writes whether each is good;
// `src/webhooks/signature_tests.rs` says which ones are.
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const clock = Date.now;

function isGood({ secret, headers, body, now }) {
  Date.now = () => now;
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    if (error.name !== "WebhookVerificationError" && error.constructor.name !== "WebhookVerificationError") throw error;
    return false;
  } finally {
    Date.now = clock;
  }
}

process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(isGood)));
