// Requests generated from the contract, fitting it and not, against the Worker: anonymous, then as owner.
import { randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "./lib/paths.mjs";
import { loudly, say, Stop } from "./lib/say.mjs";
import { schemathesis } from "./lib/schemathesis.mjs";
import { startServer } from "./server.mjs";

/** So many generated requests per operation and phase. */
const EXAMPLES = 20;

async function post(url, path, body) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Stop(`POST ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

const signIn = async (url, email, password) =>
  (await post(url, "/v1/auth/login", { email, password })).access_token;

/** Requests to sign out must not end the session that all others use. */
async function signedOutInstead(url) {
  const tokens = [];
  for (const name of ["sessions", "logout"]) {
    const [email, password] = [`${name}@example.com`, randomBytes(12).toString("base64url")];
    await post(url, "/v1/auth/register", { email, password });
    tokens.push(await signIn(url, email, password));
  }
  const [sessions, logout] = tokens;
  const as = (path, token) => `
[[operations]]
include-path = ${JSON.stringify(path)}
headers = { Authorization = "Bearer ${token}" }
`;
  return as("/v1/auth/sessions/{id}", sessions) + as("/v1/auth/sessions", sessions) + as("/v1/auth/logout", logout);
}

/** `CONTRACT_SEED` repeats a run. */
export async function contract() {
  const { program, why } = await schemathesis();
  if (!program) return void say(`SKIPPED: ${why}`);
  const seed = process.env.CONTRACT_SEED ?? String(randomInt(2 ** 32));
  const folder = mkdtempSync(join(tmpdir(), "tradepost-contract-"));
  try {
    for (const who of ["nobody", "owner"]) {
      say(`\nas ${who}; again: CONTRACT_SEED=${seed} npm test -- contract`);
      const admin = { ADMIN_EMAIL: "owner@example.com", ADMIN_PASSWORD: randomBytes(12).toString("base64url") };
      const server = await startServer({ seed: "demo", env: admin });
      try {
        let config = readFileSync(at("tests/contract/schemathesis.toml"), "utf8");
        if (who === "owner") {
          config += `\n[headers]\nAuthorization = "Bearer ${await signIn(server.url, admin.ADMIN_EMAIL, admin.ADMIN_PASSWORD)}"\n`;
          config += await signedOutInstead(server.url);
        }
        const file = join(folder, "schemathesis.toml");
        writeFileSync(file, config, { mode: 0o600 });
        const run = ["run", at("public/openapi.json"), "--url", server.url, "--seed", seed, "-n", String(EXAMPLES)];
        await loudly(program, ["--config-file", file, ...run, "--warnings", "off"], { cwd: folder });
      } finally {
        await server.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
