// What the problems page shows: a page of causes, what is ignored, a page of the quarantine.

import type { ProblemsProps } from "../../../views/pages/problems.tsx";
import type { HeldProps } from "../../../views/parts/held-files.tsx";
import { ignoredCauses } from "../../healing/ignored-causes.ts";
import { findProblem, type Problem, problems } from "../../healing/problems.ts";
import { heldFiles } from "../../healing/quarantine-list.ts";
import { thumbnailsOf } from "../../library/file-grid.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import type { PageContext } from "./page-context.ts";

interface Asked {
  /** Shown before all others, wherever it stands among them: somebody followed a link to it. */
  cause: string;
  page: number;
  held: number;
  by: HeldProps["by"];
}

const causesPerPage = 15;
const filesPerPage = 25;

export async function problemsProps(
  app: App,
  ctx: PageContext,
  search: URLSearchParams,
): Promise<{ props: ProblemsProps; seen: string }> {
  const asked = readAsked(search);
  const hidden = await hiddenGroups(app);
  const tallies = await app.store.tallies();
  const sum = (of: (t: (typeof tallies)[number]) => number) => tallies.reduce((n, t) => n + of(t), 0);
  const causes = await lastPage(asked.page, causesPerPage, (offset) =>
    problems(app, hidden, offset, causesPerPage),
  );
  const linked = asked.cause ? await findProblem(app, asked.cause, hidden) : undefined;
  const onPage = linked
    ? [linked, ...causes.problems.filter((p) => p.fingerprint !== linked.fingerprint)]
    : causes.problems;
  const pictures = await picturesOf(app, onPage.flatMap(fileIds));
  const href = (change: Partial<Asked>) => ctx.url(`/admin/problems${searchOf({ ...asked, ...change })}`);
  const held = await heldProps(app, asked, hidden, href);
  const shown = {
    problems: onPage.map((problem) => ({
      ...problem,
      kindLabels: problem.kinds.map((name) => labelOf(app, name)),
      pictures: Object.fromEntries(
        fileIds(problem).flatMap((id) => (pictures.has(id) ? [[id, pictures.get(id)!]] : [])),
      ),
    })),
    total: causes.total,
    page: causes.page,
    pages: causes.pages,
    hidden: sum((t) => (hidden.includes(t.lane.group) ? t.failed : 0)),
    cleared: sum((t) => (hidden.includes(t.lane.group) ? 0 : t.cleared)),
    isFresh: sum((t) => t.completed + t.failed + t.cleared + t.cancelled) === 0,
    ignored: await ignoredCauses(app),
    held,
  };
  const seen = Bun.hash(JSON.stringify(shown)).toString(36);
  const poll = new URLSearchParams(searchOf(asked).slice(1));
  poll.set("part", "all");
  poll.set("seen", seen);
  return {
    seen,
    props: {
      // They are counted already.
      ctx: { ...ctx, problems: async () => causes.total },
      ...shown,
      pageHref: (page) => href({ page, cause: "" }),
      poll: ctx.url(`/admin/problems?${poll}`),
    },
  };
}

async function heldProps(
  app: App,
  asked: Asked,
  hideLibraries: number[],
  href: HeldProps["href"],
): Promise<HeldProps> {
  const { by } = asked;
  const list = await lastPage(asked.held, filesPerPage, (offset) =>
    heldFiles(app, { ...(by && { by }), hideLibraries }, offset, filesPerPage),
  );
  const names = new Map((await listLibraries(app.db)).map(({ id, name }) => [id, name]));
  const pictures = await picturesOf(
    app,
    list.files.map(({ file }) => file.id),
  );
  return {
    files: list.files.map((one) => ({
      ...one,
      library: names.get(one.file.libraryId) ?? "",
      picture: pictures.get(one.file.id) ?? null,
      kindLabel: one.kind === null ? null : labelOf(app, one.kind),
    })),
    total: list.total,
    hidden: list.hidden,
    page: list.page,
    pages: list.pages,
    by,
    after: app.settings.get("quarantineAfter"),
    href,
  };
}

/** A page beyond the end, from which everything has gone meanwhile, is the last one. */
async function lastPage<T extends { total: number }>(
  asked: number,
  perPage: number,
  read: (offset: number) => Promise<T>,
): Promise<T & { page: number; pages: number }> {
  const list = await read((asked - 1) * perPage);
  const pages = Math.max(1, Math.ceil(list.total / perPage));
  if (asked <= pages) return { ...list, page: asked, pages };
  return { ...(await read((pages - 1) * perPage)), page: pages, pages };
}

/** Only those that were made: a picture of a damaged file would be a broken one. */
async function picturesOf(app: App, ids: number[]): Promise<Map<number, string>> {
  const made = await thumbnailsOf(app.db, ids);
  return new Map(
    [...made].map(([id, { createdAt }]) => [
      id,
      `/api/files/${id}/thumbnail?w=240&v=${createdAt.getTime().toString(36)}`,
    ]),
  );
}

function fileIds({ samples }: Problem): number[] {
  return samples.flatMap(({ fileId }) => (fileId === null ? [] : [fileId]));
}

function labelOf(app: App, kind: string): string {
  return app.queue.catalogue.find(kind)?.label ?? kind;
}

function readAsked(search: URLSearchParams): Asked {
  const by = search.get("by");
  return {
    cause: search.get("cause") ?? "",
    page: pageNumber(search.get("page")),
    held: pageNumber(search.get("held")),
    by: by === "people" || by === "server" ? by : "",
  };
}

function searchOf({ cause, page, held, by }: Asked): string {
  const search = new URLSearchParams();
  if (cause) search.set("cause", cause);
  if (page > 1) search.set("page", String(page));
  if (held > 1) search.set("held", String(held));
  if (by) search.set("by", by);
  const text = search.toString();
  return text && `?${text}`;
}

export function pageNumber(text: string | null | undefined): number {
  const page = Number(text ?? 1);
  return Number.isSafeInteger(page) && page > 0 ? Math.min(page, 1_000_000) : 1;
}
