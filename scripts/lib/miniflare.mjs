// workerd, with miniflare standing in for the platform around it.
import { createRequire } from "node:module";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { at } from "./paths.mjs";

const require = createRequire(import.meta.url);

/**
 * Starts workerd with these Workers. `data` is the folder that keeps what they store, if anything;
 * `pidFile` is written the moment the process starts.
 */
export async function startMiniflare({ workers, data, pidFile = "" }) {
  process.env.TRADEPOST_WORKERD = require("workerd").default;
  process.env.TRADEPOST_WORKERD_PID = pidFile;
  if (process.platform !== "win32") process.env.MINIFLARE_WORKERD_PATH = at("scripts", "workerd.sh");
  process.env.WRANGLER_LOG ??= "warn";
  const signals = keepSignals();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.WARN),
      handleStructuredLogs: ({ level, message }) => {
        // The socket, not the console, is the interface; only what went wrong is worth a line.
        if (level === "error" || level === "warn") console.error(message);
      },
      resourcePersistencePath: data,
      workers,
    }),
  );
  try {
    await miniflare.ready;
    signals.restore();
    return miniflare;
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    throw error;
  }
}

/** Miniflare exits on a signal by itself, before whoever started it could tidy up. */
function keepSignals() {
  const kept = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => [signal, new Set(process.listeners(signal))]);
  const restore = () => {
    for (const [signal, ours] of kept) {
      for (const listener of process.listeners(signal)) {
        if (!ours.has(listener)) process.removeListener(signal, listener);
      }
    }
  };
  return { restore };
}
