// Arranging a collection that is chosen by hand: each act moves, shows or takes out one file, and answers the list as it is now.

import { type Context, Hono } from "hono";
import { CollectionShots } from "../../../views/pages/collection.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { moveMember } from "../../library/collection-members.sqlite.ts";
import { filesOfCollection } from "../../library/collections.ts";
import { getFile } from "../../library/files.ts";
import { NotFound } from "../../runtime/errors.ts";
import { chosenByHand, editCollection, takeOut } from "../collection-acts.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

const verbs = ["first", "earlier", "later", "last", "cover", "take-out"] as const;
type Verb = (typeof verbs)[number];

/** As many as are arranged at once on a page. */
const mostShown = 500;

export function collectionFiles(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/collections/:id{[0-9]+}/files/:fileId{[0-9]+}/:verb", async (c) => {
    const id = Number(c.req.param("id"));
    const verb = verbs.find((one) => one === c.req.param("verb"));
    if (!verb) throw new NotFound("act", c.req.param("verb") ?? "");
    const back = `/collections/${id}?arrange=1`;
    try {
      const did = await act(app, c, id, Number(c.req.param("fileId")), verb);
      return done(app, c, { ...did, back, ...(wantsPartial(c) && { partials: await shownNow(app, c, id) }) });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  });
  return routes;
}

async function act(app: App, c: Context<Env>, id: number, fileId: number, verb: Verb) {
  const { user } = c.var.identity!;
  const { name: file } = await getFile(app.db, fileId);
  await chosenByHand(app, id);
  if (verb === "cover") {
    const { name } = await editCollection(app, user, id, { coverFileId: fileId });
    return { text: `${file} is the cover of ${name}.` };
  }
  if (verb === "take-out") {
    const { gone, name, auditId } = await takeOut(app, user, id, [fileId]);
    if (gone.length === 0) throw new NotFound("file in this collection", fileId);
    return { text: `${file} is out of ${name}. The file stays.`, undo: `/collections/acts/${auditId}/undo` };
  }
  const before = await beforeWhich(app, id, fileId, verb);
  if (before !== undefined) moveMember(app.db, id, fileId, before, app.clock.now());
  return { text: `${file} is moved.` };
}

/** Undefined where it stands there already; null is the end. */
async function beforeWhich(
  app: App,
  id: number,
  fileId: number,
  verb: Verb,
): Promise<number | null | undefined> {
  const { files } = await filesOfCollection(app.db, id, await hiddenGroups(app), { limit: 5000 });
  const at = files.findIndex((one) => one.id === fileId);
  if (at < 0) throw new NotFound("file in this collection", fileId);
  if (verb === "last") return null;
  if (verb === "later") return at + 1 >= files.length ? undefined : (files[at + 2]?.id ?? null);
  const target = verb === "first" ? 0 : at - 1;
  return at === 0 ? undefined : files[target]?.id;
}

async function shownNow(app: App, c: Context<Env>, id: number) {
  const ctx = pageContext(app, c);
  const { files, last } = await filesOfCollection(app.db, id, await hiddenGroups(app), { limit: mostShown });
  const props = {
    ctx,
    id,
    shots: await shotsOf(app, ctx, files),
    next: last && `${last.position}.${last.id}`,
    isArranged: true,
  };
  return partial("#shots", "innerMorph", <CollectionShots {...props} />);
}
