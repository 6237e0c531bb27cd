// The page of files that are there more than once, and what one does with them there.

import { type Context, Hono } from "hono";
import { Duplicates, DuplicatesPage, type DuplicatesProps } from "../../../views/pages/duplicates.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { type DuplicateType, duplicatesOf, type FoundGroup, wholeGroup } from "../../library/duplicates.ts";
import { lastCopies } from "../../library/last-copies.ts";
import { listLibraries } from "../../library/libraries.ts";
import { Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import type { View } from "../live.ts";
import { hiddenGroups } from "../nsfw.ts";
import { type Did, dismiss, trash } from "./file-acts.ts";
import { done, refused } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { frameFragments } from "./frame-fragments.tsx";
import { page, pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

const perPage = 10;
/** Of a group; the others are counted. */
const mostShown = 8;
const mostAtOnce = 5000;

interface Place {
  type: DuplicateType;
  page: number;
}

export function duplicatesPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/duplicates", async (c) => {
    const ctx = pageContext(app, c);
    const { props, live } = await propsOf(app, placeIn(new URL(c.req.url).searchParams));
    return page(c, <DuplicatesPage ctx={ctx} live={live} {...props} />);
  });

  routes.post("/duplicates/trash", (c) =>
    act(app, c, async (ids, { type }) => {
      await refuseLastCopies(app, type, ids);
      return await trash(app, ids, c.var.identity!.user);
    }),
  );
  routes.post("/duplicates/dismiss", (c) => act(app, c, (ids) => dismiss(app, ids, c.var.identity!.user)));

  return routes;
}

/** The page's stream: the groups, whenever they differ. */
export function duplicatesView(app: App, c: Context<Env>): View<Parameters<typeof frameFragments>[0]> {
  const place = placeIn(new URL(c.req.url).searchParams);
  return {
    key: `duplicates ${place.type} ${place.page}`,
    async fragments(shared) {
      const { props } = await propsOf(app, place);
      const markup = <Duplicates {...props} url={urlOf(app)} />;
      return [...frameFragments(shared), { target: "#duplicates", swap: "outerMorph", markup }];
    },
  };
}

async function act(app: App, c: Context<Env>, does: (ids: number[], place: Place) => Promise<Did>) {
  const form = await formDataOf(c);
  const place = placeIn(new URLSearchParams([...form].map(([name, value]) => [name, String(value)])));
  const back = `/duplicates${searchOf(place)}`;
  const ids = form.getAll("ids").flatMap((some) => String(some).split(",").map(Number));
  try {
    const meant = [...new Set(ids)].filter((id) => Number.isSafeInteger(id) && id > 0);
    if (meant.length === 0 || meant.length > mostAtOnce)
      throw new Refused(422, "files.none", `Name 1 to ${mostAtOnce} files.`);
    const { text, undo } = await does(meant, place);
    const { props } = await propsOf(app, place);
    const partials = partial("#duplicates", "outerMorph", <Duplicates {...props} url={urlOf(app)} />);
    return done(app, c, { text, undo, back, partials });
  } catch (error) {
    return refused(app, c, error, { back });
  }
}

/** Somebody may have trashed the others since the page was shown. */
async function refuseLastCopies(app: App, type: DuplicateType, ids: number[]): Promise<void> {
  const { groups } = await duplicatesOf(app.db, type, await hiddenGroups(app));
  const [last] = await lastCopies(app.db, groups, ids);
  if (last)
    throw new Refused(
      409,
      "file.last-copy",
      `No other copy of ${last.name} is left by now: nothing was trashed.`,
    );
}

async function propsOf(app: App, place: Place): Promise<{ props: DuplicatesProps; live: string }> {
  const hidden = await hiddenGroups(app);
  const [exact, near] = [
    await duplicatesOf(app.db, "exact", hidden),
    await duplicatesOf(app.db, "near", hidden),
  ];
  const all = place.type === "exact" ? exact : near;
  const pages = Math.max(1, Math.ceil(all.groups.length / perPage));
  const at = Math.min(place.page, pages);
  const names = new Map((await listLibraries(app.db)).map(({ id, name }) => [id, name]));
  const groups = [];
  for (const group of all.groups.slice((at - 1) * perPage, at * perPage))
    groups.push(await groupShown(app, group, names));
  const { files, reclaimableBytes } = all;
  const counts = { exact: exact.groups.length, near: near.groups.length };
  const shown = { type: place.type, page: at };
  return {
    props: { type: place.type, counts, files, reclaimableBytes, groups, page: at, pages },
    live: `/live/duplicates${searchOf(shown)}`,
  };
}

async function groupShown(
  app: App,
  found: FoundGroup,
  libraries: Map<number, string>,
): Promise<DuplicatesProps["groups"][number]> {
  const group = await wholeGroup(app.db, found);
  const shots = await shotsOf(app, { url: urlOf(app) }, group.files.slice(0, mostShown));
  const copies = shots.map((shot) => ({ shot, library: libraries.get(shot.file.libraryId) ?? "" }));
  return { group, copies };
}

function urlOf(app: App): (path: string) => string {
  return (path) => `${app.config.basePath}${path}`;
}

function placeIn(query: URLSearchParams): Place {
  const page = Number(query.get("page"));
  return {
    type: query.get("type") === "near" ? "near" : "exact",
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

function searchOf({ type, page }: Place): string {
  return `?type=${type}${page > 1 ? `&page=${page}` : ""}`;
}
