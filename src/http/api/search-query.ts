// Searches as requests carry them: `q` becomes what the queue and the library are asked, or is refused with the place of
// each fault.

import { stuckJobs } from "../../healing/stuck-jobs.ts";
import type { FileTerm } from "../../library/file-term.ts";
import type { JobTest } from "../../queue/job-term.ts";
import { Refused } from "../../runtime/errors.ts";
import { fileFields, fileTerms } from "../../search/file-fields.ts";
import { fileWords } from "../../search/file-words.ts";
import {
  type JobMeaning,
  jobFields,
  jobMeaning,
  listedStatuses,
  type SearchedStatus,
} from "../../search/job-fields.ts";
import { jobWords } from "../../search/job-words.ts";
import { type Fields, parseQuery, type Term } from "../../search/query.ts";
import type { SearchOf } from "../../search/views.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { heldJobs } from "./job-view.ts";

export async function searchedJobs(app: App, q: string): Promise<JobMeaning> {
  const words = await jobWords(app);
  const now = app.clock.now();
  const stuck = async () => (await stuckJobs(app)).map(({ job }) => job.id);
  return await jobMeaning(readTerms(q, jobFields(words), now), words, now, stuck);
}

/** `queued` jobs are few and known. */
export async function statusTest(app: App, statuses: SearchedStatus[]): Promise<JobTest> {
  const stored: JobTest = { of: "status", in: listedStatuses(statuses) };
  if (!statuses.includes("queued")) return stored;
  const held: JobTest = { of: "id", in: (await heldJobs(app)).map((h) => h.id) };
  return { of: "any", tests: [stored, held] };
}

export async function searchedFiles(app: App, q: string): Promise<FileTerm[]> {
  const words = await fileWords(app.db, app.queue.catalogue);
  const now = app.clock.now();
  return fileTerms(readTerms(q, fileFields(words), now), words, now);
}

/** Without libraries that are hidden now. */
export async function searchFields(app: App, of: SearchOf): Promise<Fields> {
  const hidden = await hiddenGroups(app);
  if (of === "files") return fileFields(await fileWords(app.db, app.queue.catalogue, hidden));
  const words = await jobWords(app);
  const isShown = ({ id }: { id: number }) => !hidden.includes(id);
  return jobFields({ ...words, libraries: words.libraries.filter(isShown) });
}

/** Refuses a query that could not be run. */
export async function checkQuery(app: App, of: SearchOf, q: string): Promise<void> {
  if (of === "jobs") readTerms(q, jobFields(await jobWords(app)), app.clock.now());
  else readTerms(q, fileFields(await fileWords(app.db, app.queue.catalogue)), app.clock.now());
}

function readTerms(q: string, fields: Fields, now: number): Term[] {
  const { terms, faults } = parseQuery(q, fields, now);
  if (faults.length === 0) return terms;
  throw new Refused(422, "query.invalid", faults.map((f) => f.message).join(" "), {
    hint: "q takes words, field:value and -field:value. Text with spaces or colons goes in quotes.",
    errors: faults.map((fault) => ({ path: ["q"], ...fault })),
  });
}
