// `sprocket doctor`: looks at everything the server needs, one after the other, and says how to mend what is wrong.

import { checkFolder, checkFreeSpace, checkTime } from "../http/checks/data-folder.ts";
import type { Check } from "../http/readiness.ts";
import { type Config, type Flags, readConfig } from "../runtime/config.ts";
import { columns } from "./columns.ts";
import { checkDatabase, checkLibraries, checkPort } from "./doctor-server.ts";
import { checkTools } from "./doctor-tools.ts";

export async function doctor(options: { json?: boolean; model?: string }, flags: Flags): Promise<number> {
  const checks = await examine(readConfig(flags), options.model);
  const failed = checks.filter((check) => check.result === "fail").length;
  if (options.json) console.log(JSON.stringify({ ok: failed === 0, checks }, null, 2));
  else {
    console.log(columns(checks.map(({ name, result, detail }) => [mark[result], name, detail])));
    for (const { name, fix } of checks) if (fix) console.log(`\n${name}: ${fix}`);
    console.log(failed === 0 ? "\nNothing is in the way." : `\n${failed} of ${checks.length} checks failed.`);
  }
  return failed === 0 ? 0 : 1;
}

/** Everything, in the order in which one would look. */
export async function examine(config: Config, model?: string): Promise<Check[]> {
  const checks: Check[] = [];
  for (const check of [checkFolder, checkDatabase, checkFreeSpace, checkLibraries, checkPort, checkTime])
    checks.push(...[await check(config)].flat());
  checks.push(...(await checkTools(config, model)));
  return checks;
}

const mark = { ok: "ok  ", note: "note", warn: "warn", fail: "FAIL" };
