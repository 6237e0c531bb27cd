// Brings dynamic collections up to date with their rules. A rule that can no longer be read leaves its files as they were.

import { and, eq, gt, isNotNull, sql } from "drizzle-orm";
import { z } from "zod";
import { file } from "../db/tables/library.ts";
import { type CollectionRow, collection } from "../db/tables/media.ts";
import { setMembers } from "../library/collection-members.sqlite.ts";
import { ruleCondition, ruleOf } from "../library/collection-rule.ts";
import { getCollection } from "../library/collections.ts";
import { matchesOf } from "../library/rule-matches.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { idOf } from "./ids.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  collectionId: idOf("collection").optional().meta({
    title: "Collection",
    description: "Its id; without one, all dynamic collections",
  }),
});
type Params = z.output<typeof params>;

/** Rules may speak of today, and of things that no file's row shows. */
const oldAfterMs = 24 * 60 * 60_000;

export const collectionRefresh: JobKind<Params, Tools> = {
  name: "collection-refresh",
  label: "Collection refresh",
  description: "Finds the files that the rules of dynamic collections match",
  queue: "collection-refresh",
  category: "cpu",
  params,
  stuckAfterS: 300,
  writes: false,
  backfillsItself: true,
  dedupKey: (p) => String(p.collectionId ?? "all"),
  about: async ({ collectionId }, { db }) => {
    if (collectionId === undefined) return { type: "none", id: null, label: "All dynamic collections" };
    const { name } = await getCollection(db, collectionId);
    return { type: "none", id: null, label: name };
  },
  pending,
  run,
};

/** Those whose files may have changed since. */
async function* pending({ db, clock }: Tools): AsyncIterable<Params> {
  const changedAt = await lastChange(db);
  for (const { id, refreshedAt } of await dynamicOnes(db)) {
    const at = refreshedAt?.getTime() ?? 0;
    if (changedAt >= at || at < clock.now() - oldAfterMs) yield { collectionId: id };
  }
}

async function run(job: Run<Params, Tools>) {
  const { db, clock } = job.tools;
  const { collectionId } = job.params;
  const asked = collectionId === undefined ? await dynamicOnes(db) : [await getCollection(db, collectionId)];
  const dynamic = asked.filter((one) => one.rule !== null);
  if (dynamic.length === 0)
    return {
      notNeeded: asked.length > 0 ? "its files are chosen by hand" : "there is no dynamic collection",
    };
  const broken: string[] = [];
  for (const [i, one] of dynamic.entries()) {
    const began = clock.now();
    const wrong = await refresh(job, one, (part) => job.progress(((i + part) / dynamic.length) * 100));
    if (wrong) broken.push(`${one.name}: ${wrong}`);
    else
      await db
        .update(collection)
        .set({ refreshedAt: new Date(began) })
        // Somebody may have given it another rule meanwhile.
        .where(and(eq(collection.id, one.id), sql`${collection.rule} = ${JSON.stringify(one.rule)}`));
  }
  if (broken.length > 0)
    throw new GiveUp(
      "rule.unreadable",
      `The rule can no longer be read; the files stay as they were. ${broken.join(" · ")}`,
    );
}

/** What is wrong with the rule, if anything is. */
async function refresh(
  job: Run<Params, Tools>,
  { id, name, rule: stored }: CollectionRow,
  progress: (part: number) => void,
): Promise<string | undefined> {
  const { db, clock, readRules } = job.tools;
  const rule = ruleOf(stored);
  const condition = Array.isArray(rule) ? rule : ruleCondition(rule, await readRules());
  if (Array.isArray(condition)) return condition.map((fault) => fault.message).join(" ");
  let came = 0;
  let went = 0;
  let total = 0;
  for await (const { after, last, end, matches } of matchesOf(db, condition)) {
    job.signal.throwIfAborted();
    await job.pausePoint();
    // Newest capture first, those without a date at the end: the place says it, so that no page has to sort.
    const wanted = matches.map((one) => ({ fileId: one.id, position: -(one.capturedAt ?? 0) }));
    const change = setMembers(db, id, [after, last], wanted, clock.now());
    came += change.came;
    went += change.went;
    total += matches.length;
    progress(last / end);
  }
  job.log(`${name}: ${came} came, ${went} went, ${total} in it now.`);
  return undefined;
}

async function dynamicOnes(db: Tools["db"]): Promise<CollectionRow[]> {
  return await db.select().from(collection).where(isNotNull(collection.rule));
}

/** When a file's row was last written; looked up in stretches. */
async function lastChange(db: Tools["db"]): Promise<number> {
  let newest = 0;
  const [{ end } = { end: 0 }] = await db
    .select({ end: sql<number>`coalesce(max(${file.id}), 0)` })
    .from(file);
  for (let after = 0; after < end; after += 5000) {
    const [row] = await db
      .select({ at: sql<number>`coalesce(max(${file.updatedAt}), 0)` })
      .from(file)
      .where(and(gt(file.id, after), sql`${file.id} <= ${after + 5000}`));
    newest = Math.max(newest, row?.at ?? 0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return newest;
}
