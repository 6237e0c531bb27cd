// Every migration in order. Text imports, so that they travel inside the executable.

import queue from "./0001_queue.sql" with { type: "text" };
import library from "./0002_library.sql" with { type: "text" };
import accounts from "./0003_accounts.sql" with { type: "text" };
import settings from "./0004_settings.sql" with { type: "text" };
import control from "./0005_control.sql" with { type: "text" };
import history from "./0006_history.sql" with { type: "text" };
import search from "./0007_search.sql" with { type: "text" };
import healing from "./0008_healing.sql" with { type: "text" };
import operations from "./0009_operations.sql" with { type: "text" };
import fileTally from "./0010_file_tally.sql" with { type: "text" };
import mediaPipeline from "./0011_media_pipeline.sql" with { type: "text" };

export interface Migration {
  version: number;
  name: string;
  sql: string;
}

export const migrations: Migration[] = [
  { version: 1, name: "queue", sql: queue },
  { version: 2, name: "library", sql: library },
  { version: 3, name: "accounts", sql: accounts },
  { version: 4, name: "settings", sql: settings },
  { version: 5, name: "control", sql: control },
  { version: 6, name: "history", sql: history },
  { version: 7, name: "search", sql: search },
  { version: 8, name: "healing", sql: healing },
  { version: 9, name: "operations", sql: operations },
  { version: 10, name: "file-tally", sql: fileTally },
  { version: 11, name: "media-pipeline", sql: mediaPipeline },
];
