// `npm run <task>`: installs what is missing with whatever Node is here, then starts the task
// on the Node that the project pins. Node built-ins only.
import { spawn } from "node:child_process";
import { dirname, delimiter } from "node:path";
import { at } from "./lib/paths.mjs";
import { onEnd, Stop, top } from "./lib/say.mjs";
import { setUp, taskNode } from "./lib/setup.mjs";

const tasks = {
  build: { script: "scripts/build.mjs" },
  dev: { script: "scripts/dev.mjs" },
  serve: { script: "scripts/serve.mjs" },
  test: { script: "scripts/test.mjs" },
  deploy: { script: "scripts/deploy.mjs" },
  bench: { script: "benches/bench.mjs" },
  import: { script: "scripts/import.mjs", rust: false },
  replay: { script: "scripts/replay.mjs", rust: false },
  rebuild: { script: "scripts/rebuild.mjs", rust: false },
};

await top(async () => {
  const [name, ...args] = process.argv.slice(2);
  const task = tasks[name];
  if (!task) throw new Stop(`usage: node scripts/run.mjs ${Object.keys(tasks).join("|")}`);
  await setUp({ rust: task.rust });
  const node = taskNode();
  const child = spawn(node, [at(task.script), ...args], {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: [dirname(node), at("node_modules", ".bin"), process.env.PATH].join(delimiter),
      WRANGLER_SEND_METRICS: "false",
    },
  });
  onEnd((signal) => child.kill(signal), { shell: Boolean(process.env.npm_lifecycle_event) });
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
});
