// What is asked before a library goes: with the numbers of all that goes with it, and what stays.

import { bytes, counted } from "../../../views/format.ts";
import type { Question } from "../../../views/parts/confirm.tsx";
import type { LibraryRow } from "../../db/tables/library.ts";
import { libraryCounts, noFiles } from "../../library/file-stats.ts";
import { madeFrom } from "../../library/made-from.ts";
import type { App } from "../context.ts";

export async function removalOf(app: App, library: LibraryRow): Promise<Question> {
  const { total } = (await libraryCounts(app.db, library.id)).get(library.id) ?? noFiles();
  const { things, sizeBytes, isLeast } = await madeFrom(app.db, library.id);
  const jobs = await openJobs(app, library.id);
  const made = `${isLeast ? "more than " : ""}${counted(things, "thing")}`;
  return {
    title: `Remove the library ${library.name}?`,
    lines: [
      `${counted(total, "file")} ${total === 1 ? "is" : "are"} forgotten with what is known of ${total === 1 ? "it" : "them"}, the history of their jobs aside.`,
      `${made.charAt(0).toUpperCase()}${made.slice(1)} made from them (${isLeast ? "over " : ""}${bytes(sizeBytes)}) ${things === 1 ? "is" : "are"} deleted.`,
      ...(jobs > 0
        ? [
            `${counted(jobs, "job")} about it that ${jobs === 1 ? "waits or runs is" : "wait or run are"} cancelled.`,
          ]
        : []),
      `Your media in ${library.path} stay where they are, untouched. Nothing else brings the rest back but adding the folder again.`,
    ],
    action: `/libraries/${library.id}/remove`,
    fields: [["sure", "yes"]],
    verb: "Remove the library",
    danger: true,
    back: `/libraries/${library.id}/settings`,
  };
}

async function openJobs({ store }: App, libraryId: number): Promise<number> {
  return (await store.tallies())
    .filter(({ lane }) => lane.group === libraryId)
    .reduce((sum, { waiting, running, delayed, paused }) => sum + waiting + running + delayed + paused, 0);
}
