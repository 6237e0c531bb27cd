// What a search of jobs may name, as it is now.

import { asc } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { user } from "../db/tables/accounts.ts";
import { library } from "../db/tables/library.ts";
import { failureCodes } from "../jobs/failures.ts";
import type { JobStore } from "../queue/job-store.ts";
import type { Catalogue } from "../queue/kind.ts";
import type { JobWords } from "./job-fields.ts";

export interface WordParts {
  db: Db;
  store: JobStore;
  queue: { catalogue: Catalogue<any> };
}

/** Queues and kinds of former builds are still searched by. */
export async function jobWords({ db, store, queue: { catalogue } }: WordParts): Promise<JobWords> {
  const lanes = await store.lanes();
  const kinds = catalogue.kinds.map(({ name, alias, label }) => ({ name, alias, label }));
  const former = new Set(lanes.map((l) => l.kind).filter((name) => !catalogue.find(name)));
  return {
    queues: [...new Set([...catalogue.queueByName.keys(), ...lanes.map((l) => l.queue)])],
    kinds: [...kinds, ...[...former].map((name) => ({ name, label: name }))],
    libraries: await db
      .select({ id: library.id, name: library.name })
      .from(library)
      .orderBy(asc(library.name)),
    people: await db
      .select({ id: user.id, name: user.name, email: user.email })
      .from(user)
      .orderBy(asc(user.name)),
    codes: async () => {
      const seen = (await store.failureGroups()).map((g) => g.code);
      return [...new Set([...seen, ...Object.keys(failureCodes)])].map((value) => ({ value }));
    },
    workers: async () => {
      const { jobs } = await store.list({ status: ["running"] }, "newest", 0, 50);
      return [...new Set(jobs.flatMap((job) => job.worker ?? []))].sort().map((value) => ({ value }));
    },
  };
}
