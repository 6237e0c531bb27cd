import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import { jobStoreConformance } from "./job-store.conformance.ts";

const folder = mkdtempSync(join(tmpdir(), "sprocket-store-"));
let n = 0;

jobStoreConformance("SQLite job store", async () => {
  const path = join(folder, `${n++}.db`);
  const { sqlite } = openSqlite(path);
  migrate(sqlite, migrations);
  return {
    store: openSqliteJobStore(sqlite),
    second: () => openSqliteJobStore(openSqlite(path).sqlite),
  };
});
