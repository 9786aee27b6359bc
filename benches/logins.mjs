// Reads while clients log in: hashing a password takes the isolate's only thread for some 30 ms.
import { randomBytes } from "node:crypto";
import { say } from "../scripts/lib/say.mjs";
import { pause } from "../scripts/lib/wait.mjs";
import { Connection, hammer, median } from "./load.mjs";

/** Of the reads' rate without log-ins, and in milliseconds. */
const BARS = { share: 0.45, p99: 60 };

/** Sends a JSON body until it is accepted; one that is told to come back later waits as long as it is told. */
async function persist(connection, path, body, refused = () => {}) {
  for (;;) {
    const answer = await connection.json("POST", path, "", body);
    if (answer.status < 300) return;
    const later = /\r\nretry-after: *(\d+)/i.exec(answer.head)?.[1];
    if (![429, 503].includes(answer.status) || later === undefined) {
      throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 400)}`);
    }
    refused();
    await pause(Number(later) * 1_000);
  }
}

/** Accounts of their own, so that no limit on one account is in the way. */
export async function register(url, count) {
  const connection = new Connection(url);
  const accounts = [];
  for (let number = 0; number < count; number += 1) {
    const account = { email: `bench-${number}-${randomBytes(4).toString("hex")}@example.com`, password: randomBytes(15).toString("base64url") };
    await persist(connection, "/v1/auth/register", account);
    accounts.push(account);
  }
  connection.close();
  return accounts;
}

/** Clients who log in again and again until they are stopped. */
function logIn(url, accounts) {
  const counts = { done: 0, refused: 0 };
  let running = true;
  const connections = accounts.map(() => new Connection(url));
  const all = Promise.all(
    accounts.map(async (account, index) => {
      while (running) {
        await persist(connections[index], "/v1/auth/login", account, () => (counts.refused += 1));
        counts.done += 1;
      }
    }),
  );
  // Told when they are stopped.
  all.catch(() => {});
  const stop = async () => {
    running = false;
    await all;
    for (const connection of connections) connection.close();
  };
  return { counts, stop };
}

/** The list's rate alone and beside so many clients, A B A B ..., and how long its answers take then. */
export async function readsBesideLogins(url, accounts, { connections, rounds, milliseconds }) {
  await hammer(url, { connections, milliseconds: milliseconds / 3 });
  const seen = [];
  const counts = { done: 0, refused: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const alone = await hammer(url, { connections, milliseconds, timed: true });
    const clients = logIn(new URL("/", url), accounts);
    // Their queue is there.
    await pause(milliseconds / 3);
    const before = { ...clients.counts };
    const beside = await hammer(url, { connections, milliseconds, timed: true });
    for (const what of Object.keys(counts)) counts[what] += clients.counts[what] - before[what];
    await clients.stop();
    seen.push({ alone: alone.perSecond, beside: beside.perSecond, share: beside.perSecond / alone.perSecond, p99: beside.p99 });
  }
  const seconds = (rounds * milliseconds) / 1_000;
  const middle = (what) => median(seen.map((round) => round[what]));
  const row = {
    clients: accounts.length,
    alonePerSecond: middle("alone"),
    perSecond: middle("beside"),
    share: middle("share"),
    p99: middle("p99"),
    loginsPerSecond: counts.done / seconds,
    refusedPerSecond: counts.refused / seconds,
    bars: BARS,
    met: middle("share") >= BARS.share && middle("p99") < BARS.p99,
    rounds: seen,
  };
  say(
    `  ${row.clients} clients log in: ${Math.round(row.perSecond)} of ${Math.round(row.alonePerSecond)} reads/s, share ${row.share.toFixed(2)}, ` +
      `p99 ${row.p99.toFixed(0)} ms, ${row.loginsPerSecond.toFixed(1)} log-ins/s, ${row.refusedPerSecond.toFixed(1)} told to come back`,
  );
  return row;
}
