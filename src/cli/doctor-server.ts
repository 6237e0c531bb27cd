// What the doctor looks at beside a server, or without one: the database as a file, the libraries in it, the port.

import { existsSync } from "node:fs";
import { checkLibraries as checkFolders } from "../http/checks/libraries.ts";
import type { Check } from "../http/readiness.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import { dataPaths, serverPid } from "../runtime/data-folder.ts";
import { openBeside } from "./database.ts";
import { listen } from "./listen.ts";

export function checkDatabase({ dataFolder }: Config): Check {
  const name = "database";
  const { database, backups } = dataPaths(dataFolder);
  if (!existsSync(database)) return { name, result: "ok", detail: "not there yet; the first start makes it" };
  try {
    const { sqlite, close } = openBeside(dataFolder);
    try {
      const { quick_check } = sqlite.query("PRAGMA quick_check").get() as { quick_check: string };
      if (quick_check === "ok") return { name, result: "ok", detail: "whole, of this build's schema" };
      return {
        name,
        result: "fail",
        detail: quick_check,
        fix: `Stop the server and put back a copy from ${backups}.`,
      };
    } finally {
      close();
    }
  } catch (error) {
    const detail = (error as Error).message;
    return {
      name,
      result: "fail",
      detail,
      ...(error instanceof CannotStart ? {} : { fix: `Look into ${database}.` }),
    };
  }
}

export async function checkLibraries({ dataFolder }: Config): Promise<Check[]> {
  let open: ReturnType<typeof openBeside>;
  try {
    open = openBeside(dataFolder);
  } catch {
    // No database, or one that the check above has told about.
    return [];
  }
  try {
    return await checkFolders(open.db, systemClock);
  } finally {
    open.close();
  }
}

export async function checkPort(config: Config): Promise<Check> {
  const name = "port";
  const pid = serverPid(config.dataFolder);
  if (pid !== undefined) return { name, result: "ok", detail: `the server runs (process ${pid})` };
  try {
    await listen(config).stop();
    return { name, result: "ok", detail: `${config.host} port ${config.port} is free` };
  } catch (error) {
    return {
      name,
      result: "fail",
      detail: (error as Error).message,
      fix: "Choose another with --port or SPROCKET_PORT.",
    };
  }
}
