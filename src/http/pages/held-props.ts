// The quarantine's tab: a page of the files that are held back, and the files that one may exclude by hand.

import type { HeldProps } from "../../../views/parts/held-files.tsx";
import { heldFiles, type QuarantineFilter } from "../../healing/quarantine-list.ts";
import { filesById } from "../../library/file-grid.ts";
import { filesAbout } from "../../library/file-text.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { App } from "../context.ts";
import { picturesOf } from "./cause-shown.ts";
import { isNarrowed, type ProblemsQuery } from "./problems-query.ts";

const filesPerPage = 25;
const mostFound = 12;
/** As many candidates are compared with what is looked for. */
const mostCandidates = 2000;

export async function heldProps(app: App, query: ProblemsQuery, hidden: number[]): Promise<HeldProps> {
  const filter = heldFilter(query, hidden);
  const read = (page: number) => heldFiles(app, filter, (page - 1) * filesPerPage, filesPerPage);
  const first = await read(query.page);
  const pages = Math.max(1, Math.ceil(first.total / filesPerPage));
  // A page beyond the end, from which everything has gone meanwhile, is the last one.
  const page = Math.min(query.page, pages);
  const list = page === query.page ? first : await read(page);
  const libraries = (await listLibraries(app.db)).filter(({ id }) => !hidden.includes(id));
  const nameOf = (id: number) => libraries.find((one) => one.id === id)?.name ?? "";
  const pictures = await picturesOf(
    app,
    list.files.map(({ file }) => file.id),
  );
  return {
    files: list.files.map((one) => ({
      ...one,
      library: nameOf(one.file.libraryId),
      picture: pictures[one.file.id] ?? null,
      kindLabel: one.kind === null ? null : (app.queue.catalogue.find(one.kind)?.label ?? one.kind),
    })),
    total: list.total,
    hidden: list.hidden,
    page,
    pages,
    isNarrowed: isNarrowed({ ...query, queue: "" }),
    libraries: libraries.map(({ id, name }) => ({ id, name })),
    after: app.settings.get("quarantineAfter"),
    found: query.find ? await found(app, query.find, hidden, nameOf) : null,
  };
}

export function heldFilter({ by, text, library }: ProblemsQuery, hidden: number[]): QuarantineFilter {
  return {
    ...(by && { by }),
    ...(text && { text }),
    ...(library && { libraryId: library }),
    hideLibraries: hidden,
  };
}

/** Files whose path has the text; null when there are too many, or too little was typed. */
async function found(
  { db }: App,
  text: string,
  hidden: number[],
  nameOf: (id: number) => string,
): Promise<HeldProps["found"]> {
  const ids = await filesAbout(db, text, mostCandidates);
  if (!ids) return { files: null, isMore: false };
  const files = (await filesById(db, ids)).filter(
    (file) =>
      file.path.toLowerCase().includes(text.toLowerCase()) &&
      !hidden.includes(file.libraryId) &&
      file.state !== "quarantined",
  );
  return {
    files: files.slice(0, mostFound).map(({ id, path, type, libraryId }) => ({
      id,
      path,
      type,
      library: nameOf(libraryId),
    })),
    isMore: files.length > mostFound,
  };
}
