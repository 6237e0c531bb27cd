// `node src/bun.mjs ARG…` runs the Bun that npm brought. `node_modules/.bin/bun` is only a placeholder after `npm ci`.

import { spawnSync } from "node:child_process";
import { bun } from "./toolchain.mjs";

// Ctrl-C reaches both; Bun decides how to end.
process.on("SIGINT", () => {});
const { status } = spawnSync(bun(), process.argv.slice(2), { stdio: "inherit" });
process.exit(status ?? 1);
