// What workerd itself can do: a bare JavaScript Worker with a constant answer.
import { startMiniflare } from "../scripts/lib/miniflare.mjs";

/** Headers that HTTP itself puts into every answer. */
const OF_HTTP = new Set(["content-length", "date", "connection", "transfer-encoding"]);

/** The names and values of an answer's head that its Worker chose. */
export function headersOf(head) {
  const fields = head.split("\r\n").slice(1).map((line) => line.split(/: */s, 2));
  return fields.filter(([name]) => !OF_HTTP.has(name.toLowerCase()));
}

/** The source of a Worker that gives every request this answer as fast as a plain one can: all of it made once. */
export const constant = (body, headers) =>
  `const body = ${JSON.stringify(body.toString())};\n` +
  `const init = { headers: new Headers(${JSON.stringify(headers)}) };\n` +
  `export default { fetch: () => new Response(body, init) };\n`;

export async function startControl(body, headers) {
  const worker = {
    name: "control",
    compatibilityDate: "2026-11-01",
    modules: [{ type: "ESModule", path: "control.js", contents: constant(body, headers) }],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
  const miniflare = await startMiniflare({ workers: [worker] });
  const { origin } = await miniflare.unsafeGetDirectURL("control");
  return { url: `${origin}/`, stop: () => miniflare.dispose() };
}
