// `sprocket support-bundle`: the archive of the Health page, also while the server is down. It can be read by its owner alone.

import { existsSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { supportBundle } from "../http/support/bundle.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { silentLogger } from "../runtime/log.ts";
import { openBeside } from "./database.ts";
import { examine } from "./doctor.ts";
import { openEngine } from "./engine.ts";

export async function writeSupportBundle(
  named: string,
  { withPaths = false }: { withPaths?: boolean },
  flags: Flags,
): Promise<number> {
  const file = resolve(named);
  if (existsSync(file)) throw new CannotStart(`${file} exists already; a bundle never replaces a file.`);
  if (!existsSync(dirname(file))) throw new CannotStart(`There is no folder ${dirname(file)}.`);
  const config = readConfig(flags);
  const checks = await examine(config);
  const open = openBeside(config.dataFolder);
  try {
    const engine = await openEngine(config, open, open.paths, silentLogger);
    const bundle = await supportBundle({ ...engine, startedAt: null }, { checks, withPaths });
    writeFileSync(file, bundle, { mode: 0o600, flag: "wx" });
    await engine.store.close();
  } finally {
    open.close();
  }
  console.log(
    `Wrote ${file} (${Math.ceil(Bun.file(file).size / 1024)} KB). It was sent nowhere; look through it first.`,
  );
  return 0;
}
