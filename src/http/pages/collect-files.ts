// Putting files that are ticked somewhere into a collection: one there is, or a new one.

import { counted } from "../../../views/format.ts";
import { listCollections } from "../../library/collections.ts";
import { makeCollection, putInto } from "../collection-acts.ts";
import type { App, User } from "../context.ts";
import type { Did } from "./file-acts.ts";

/** Those that take files. */
export async function byHand(app: App): Promise<{ id: number; name: string }[]> {
  const rows = await listCollections(app.db);
  return rows.filter(({ rule }) => rule === null).map(({ id, name }) => ({ id, name }));
}

/** A name given is a new one, whatever else is chosen. */
export async function collect(app: App, ids: number[], by: User, form: URLSearchParams): Promise<Did> {
  const name = form.get("name")?.trim();
  const id = name ? (await makeCollection(app, by, { name })).id : Number(form.get("collection"));
  const { added, name: into, auditId } = await putInto(app, by, id, ids);
  if (added.length === 0) return { fileIds: [], text: `Nothing to add: ${into} has them already.` };
  const skipped = ids.length - added.length;
  const already = skipped > 0 ? ` ${counted(skipped, "was", "were")} in it already.` : "";
  return {
    fileIds: added,
    text: `${counted(added.length, "file is", "files are")} in ${into}.${already}`,
    undo: `/collections/acts/${auditId}/undo`,
  };
}
