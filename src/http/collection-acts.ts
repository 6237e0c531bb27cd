// What owners do to collections, by the API and by pages alike: checked, done, written into the audit log; a rule that is new
// has its files found.

import { eq } from "drizzle-orm";
import { counted } from "../../views/format.ts";
import type { CollectionRow } from "../db/tables/media.ts";
import { audit as auditTable } from "../db/tables/settings.ts";
import { addMembers, removeMembers, returnMembers } from "../library/collection-members.sqlite.ts";
import { type Rule, type RuleFault, ruleCondition, ruleOf } from "../library/collection-rule.ts";
import {
  type CollectionChange,
  changeCollection,
  createCollection,
  getCollection,
  type NewCollection,
  removeCollection,
} from "../library/collections.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { audit } from "./audit.ts";
import type { App, User } from "./context.ts";

type By = User | undefined;

/** The rule as it is kept, or a refusal that names the place of each fault, below `rule`. */
export async function checkedRule(app: App, input: unknown): Promise<Rule> {
  const rule = ruleOf(input);
  const faults: RuleFault[] = Array.isArray(rule) ? rule : await faultsOf(app, rule);
  if (faults.length === 0) return rule as Rule;
  throw new Refused(422, "rule.invalid", faults.map((fault) => fault.message).join(" "), {
    errors: faults.map(({ path, message }) => ({ path: ["rule", ...path], message })),
    hint: "A rule is {all:[…]}, {any:[…]}, {not:…} or {field, op, value} with the fields of the search.",
  });
}

async function faultsOf(app: App, rule: Rule): Promise<RuleFault[]> {
  const condition = ruleCondition(rule, await app.tools.readRules());
  return Array.isArray(condition) ? condition : [];
}

export async function makeCollection(app: App, by: By, made: NewCollection): Promise<CollectionRow> {
  const row = await createCollection(app.db, made, app.clock.now());
  await audit(app, by, "collection.create", `collection:${row.id}`, { name: row.name });
  if (row.rule) await refresh(app, row.id, by);
  return row;
}

export async function editCollection(
  app: App,
  by: By,
  id: number,
  change: CollectionChange,
): Promise<CollectionRow> {
  const row = await changeCollection(app.db, id, change, app.clock.now());
  await audit(app, by, "collection.change", `collection:${id}`, {
    name: row.name,
    changed: Object.keys(change),
  });
  if (row.rule && !row.refreshedAt) await refresh(app, id, by);
  return row;
}

export async function dropCollection(app: App, by: By, id: number): Promise<CollectionRow> {
  const row = await removeCollection(app.db, id);
  await audit(app, by, "collection.remove", `collection:${id}`, { name: row.name });
  return row;
}

export async function putInto(app: App, by: By, id: number, fileIds: number[]) {
  const { name } = await chosenByHand(app, id);
  const added = addMembers(app.db, id, fileIds, app.clock.now());
  if (added.length === 0) return { added, name };
  const auditId = await audit(app, by, "collection.add", `collection:${id}`, { name, fileIds: added });
  return { added, name, auditId };
}

export async function takeOut(app: App, by: By, id: number, fileIds: number[]) {
  const { name } = await chosenByHand(app, id);
  const gone = removeMembers(app.db, id, fileIds, app.clock.now());
  if (gone.length === 0) return { gone, name };
  const auditId = await audit(app, by, "collection.take-out", `collection:${id}`, {
    name,
    fileIds: gone.map((one) => one.fileId),
    positions: gone.map((one) => one.position),
  });
  return { gone, name, auditId };
}

/** Takes back what was put in or taken out. */
export async function undoMembers(app: App, by: By, auditId: number): Promise<{ id: number; text: string }> {
  const [row] = await app.db.select().from(auditTable).where(eq(auditTable.id, auditId));
  const id = Number(/^collection:(\d+)$/.exec(row?.target ?? "")?.[1]);
  const detail = row?.detail as { fileIds?: number[]; positions?: number[] } | null;
  const fileIds = detail?.fileIds ?? [];
  if (!row || !id || fileIds.length === 0) throw new NotFound("act", auditId);
  const { name } = await chosenByHand(app, id);
  if (row.action === "collection.add") {
    const { gone } = await takeOut(app, by, id, fileIds);
    return { id, text: `${counted(gone.length, "file is", "files are")} out of ${name} again.` };
  }
  const places = fileIds.map((fileId, i) => ({ fileId, position: detail?.positions?.[i] ?? 0 }));
  const back = returnMembers(app.db, id, places, app.clock.now());
  await audit(app, by, "collection.add", `collection:${id}`, { name, fileIds: back });
  return { id, text: `${counted(back.length, "file is", "files are")} back in ${name}.` };
}

export async function chosenByHand(app: App, id: number): Promise<CollectionRow> {
  const row = await getCollection(app.db, id);
  if (!row.rule) return row;
  throw new Refused(
    409,
    "collection.by-rule",
    `The files of ${row.name} are chosen by its rule: change that.`,
  );
}

export async function refresh(app: App, id: number, by: By) {
  return await app.queue.enqueue("collection-refresh", { collectionId: id }, { origin: by?.id });
}
