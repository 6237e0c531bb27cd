// What the web side may use, and what each request carries.

import type { Accounts, Caller } from "../accounts/accounts.ts";
import type { Db } from "../db/open.sqlite.ts";
import type { History } from "../history/history.ts";
import type { Tools } from "../jobs/tools.ts";
import type { Media } from "../media/media.ts";
import type { JobStore } from "../queue/job-store.ts";
import type { Operations } from "../queue/operations.ts";
import type { Queue } from "../queue/queue.ts";
import type { Worker } from "../queue/worker.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Settings } from "../settings/settings.ts";
import type { Yielding } from "../yielding/yielding.ts";
import type { Checkup } from "./checks/checkup.ts";
import type { Arrivals } from "./uploads/arrivals.ts";

export interface App {
  config: Config;
  paths: DataPaths;
  db: Db;
  queue: Queue<Tools>;
  store: JobStore;
  worker: Worker;
  yielding: Yielding;
  operations: Operations;
  accounts: Accounts;
  settings: Settings;
  media: Media;
  history: History;
  tools: Tools;
  events: EventBus;
  clock: Clock;
  log: Logger;
  checkup: Checkup;
  arrivals: Arrivals;
  startedAt: Date;
}

export interface User {
  id: string;
  email: string;
  name: string;
  role: "owner" | "member";
}

export type Scope = "read" | "write" | "admin";

export interface Identity {
  user: User;
  /** How the request proved it. A cookie has every scope its role allows. */
  via: "cookie" | "token";
  scopes: Scope[];
  /** When its token ends, if ever. */
  expiresAt?: Date;
}

/** Hono's environment of every route: `c.var.identity` is set wherever the guard let somebody in. */
export interface Env {
  Variables: { identity: Identity | undefined; caller: Caller; styleNonce?: string; imageHost?: string };
}
