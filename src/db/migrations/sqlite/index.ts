// Every migration in order. Text imports, so that they travel inside the executable.

import queue from "./0001_queue.sql" with { type: "text" };
import library from "./0002_library.sql" with { type: "text" };
import accounts from "./0003_accounts.sql" with { type: "text" };
import settings from "./0004_settings.sql" with { type: "text" };

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
];
