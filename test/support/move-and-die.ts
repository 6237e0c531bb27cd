// Moves file 1 and dies at the step that is named, as by kill -9: `move-and-die.ts DATABASE STEP link|copy|rename`.

import { link } from "node:fs/promises";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { getFile } from "../../src/library/files.ts";
import { getLibrary } from "../../src/library/libraries.ts";
import { moveFile } from "../../src/library/move-file.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { refusing } from "./refusing-link.ts";

const [database, dieAt, way] = process.argv.slice(2) as [string, string, "link" | "copy" | "rename"];
const { db } = openSqlite(database);
const row = await getFile(db, 1);
await moveFile(
  {
    db,
    clock: systemClock,
    linkFile: way === "link" ? link : refusing(way === "copy" ? "EXDEV" : "EPERM"),
    step: (name) => name === dieAt && process.kill(process.pid, "SIGKILL"),
  },
  { row, from: await getLibrary(db, 1), to: await getLibrary(db, 2), folder: "films/new" },
  {
    signal: new AbortController().signal,
    progress: () => {},
    log: () => {},
    pausePoint: async () => {},
  },
);
