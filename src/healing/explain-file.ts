// A file explained: where it is, what is known of it, and for each kind of job whether it is done, waits, failed or was never
// asked for, and why. The same for the API and the command line.

import { eq } from "drizzle-orm";
import { backfillStrike, type DerivativeRow, type FileRow, type LibraryRow } from "../db/tables/library.ts";
import { cascade } from "../jobs/cascade.ts";
import { maxStrikes } from "../jobs/pending-files.ts";
import { type ContentLife, lifeOf } from "../library/content-life.ts";
import { listDerivatives } from "../library/derivatives.ts";
import { getLibrary, scannedTypes } from "../library/libraries.ts";
import { absolute } from "../library/walk.ts";
import type { Job } from "../queue/job.ts";
import type { JobKind } from "../queue/kind.ts";
import type { SecondsRange } from "../queue/start-estimate.ts";
import type { ReasonPart } from "../queue/waiting-reason.ts";
import type { Why } from "../queue/whys.ts";
import { type ExplainParts, textOf, whysAbout } from "./explain-job.ts";
import { type ExplainedFailure, explainFailure, notNeeded } from "./explain-words.ts";

export type KindState =
  | "done"
  | "running"
  | "waiting"
  | "paused"
  | "failed"
  | "cancelled"
  | "not needed"
  | "not asked for"
  | "quarantined"
  | "missing";

export interface ExplainedKind {
  kind: string;
  label: string;
  queue: string;
  state: KindState;
  /** One sentence: why. */
  text: string;
  reasons: ReasonPart[];
  /** Its newest job about this file, unless that was forgotten. */
  jobId: string | null;
  startsIn: SecondsRange | null;
  startsAt: string | null;
  failure: ExplainedFailure | null;
}

export interface FileExplanation {
  subject: "file";
  id: string;
  /** Absolute. */
  path: string;
  library: { id: string; name: string };
  pathInLibrary: string;
  type: FileRow["type"];
  state: FileRow["state"];
  /** One sentence on the file as such. */
  text: string;
  failure: ExplainedFailure | null;
  facts: {
    sizeBytes: number;
    width: number | null;
    height: number | null;
    durationS: number | null;
    codecs: FileRow["codecs"];
    capturedAt: string | null;
    sha256: string | null;
    modifiedAt: string;
  };
  seenAt: string | null;
  missingSince: string | null;
  trashedAt: string | null;
  kinds: ExplainedKind[];
  formerPlaces: { library: string; path: string; lastSeen: string }[];
  copies: { id: string; library: string; path: string; trashed: boolean }[];
}

/** A file that was worked on more often than this has its older jobs left out of the search for the newest of each kind. */
const jobsLookedAt = 200;

export async function explainFile(parts: ExplainParts, row: FileRow): Promise<FileExplanation> {
  const library = await getLibrary(parts.db, row.libraryId);
  const life = await lifeOf(parts.db, row);
  const newest = await newestJobs(parts, life.ids);
  const whys = await whysAbout(parts, [...newest.values()]);
  const facts: KindFacts = {
    row,
    library,
    derivatives: await listDerivatives(parts.db, row.id),
    strikes: await strikesOf(parts, row.id),
  };
  const kinds = kindsFor(parts, row, newest).map((kind) => {
    const job = newest.get(kind.name);
    return explainKind(parts, facts, kind, job, job && whys.get(job.id));
  });
  return { ...about(row, library, life), kinds };
}

interface KindFacts {
  row: FileRow;
  library: LibraryRow;
  derivatives: DerivativeRow[];
  strikes: Map<string, number>;
}

function explainKind(
  parts: ExplainParts,
  facts: KindFacts,
  kind: JobKind,
  job: Job | undefined,
  why: Why | undefined,
): ExplainedKind {
  const of = { kind: kind.name, label: kind.label, queue: kind.queue };
  const made = resultOf(facts, kind);
  if (!job || !why) {
    const nothing = { reasons: [], jobId: null, startsIn: null, startsAt: null, failure: null };
    const { state, text } = made
      ? { state: "done" as const, text: `There is ${made}; no job is on record` }
      : unasked(parts, facts, kind);
    return { ...of, state, text, ...nothing };
  }
  const failure = job.failure ?? why.lastFailure;
  const stays = job.status === "failed" || job.status === "cancelled" ? made : undefined;
  return {
    ...of,
    state: stateOf(job, made),
    text: textOf(parts, job, why) + (stays ? `; there is ${stays} all the same` : ""),
    reasons: why.reason?.parts ?? [],
    jobId: String(job.id),
    startsIn: why.startsIn,
    startsAt: why.startsAt?.toISOString() ?? null,
    failure: failure && explainFailure(failure),
  };
}

function stateOf(job: Job, made: string | undefined): KindState {
  if (job.status === "pending" || job.status === "queued") return "waiting";
  if (job.status === "completed")
    return job.outcomeNote?.startsWith(notNeeded) && !made ? "not needed" : "done";
  return job.status;
}

/** What is there of it, whoever made it and whenever. */
function resultOf({ row, derivatives }: KindFacts, kind: JobKind): string | undefined {
  if (kind.name === "file-metadata") return row.metadataAt ? "its metadata" : undefined;
  if (kind.name === "file-hash") return row.sha256 ? "its SHA-256" : undefined;
  const mine = derivatives.filter((one) => kind.makes?.includes(one.kind));
  return mine.length > 0 ? mine.map((one) => `${one.kind} ${one.variant}`).join(", ") : undefined;
}

/** Nothing made, and no job on record. */
function unasked(parts: ExplainParts, facts: KindFacts, kind: JobKind): { state: KindState; text: string } {
  const { row, library, strikes } = facts;
  const step = cascade.find((one) => one.kind === kind.name);
  const not = (text: string) => ({ state: "not asked for" as const, text });
  if (row.state === "quarantined")
    return {
      state: "quarantined",
      text: "The file is held back; nothing is done to it until it is released",
    };
  if (row.trashedAt) return not("Nothing is made of files in the trash");
  if (row.state === "missing") return { state: "missing", text: "The file is not there" };
  if (step?.when && !library.recognise[step.when])
    return not(`The library ${library.name} does not ask for it (recognise: ${step.when})`);
  if (!scannedTypes(library).includes(row.type))
    return not(`The library ${library.name} is not scanned for files of type ${row.type}`);
  if ((strikes.get(kind.name) ?? 0) >= maxStrikes)
    return not(`Backfills have given it up after ${maxStrikes} failures; a job started by hand still runs`);
  if (step?.after === "metadata" && !row.metadataAt)
    return not("It follows the file's metadata, which is not read yet");
  if (row.state === "invalid" && step?.after === "metadata")
    return not("Nothing was asked of a damaged file");
  const { days } = parts.settings.get("retention");
  return not(
    `No job on record: never enqueued, or done with nothing to show and forgotten after ${days} days`,
  );
}

/** Those of the cascade in its order, and any other that has worked on the file. */
function kindsFor({ catalogue }: ExplainParts, row: FileRow, newest: ReadonlyMap<string, Job>): JobKind[] {
  const names = cascade.filter((step) => step.types.includes(row.type)).map((step) => step.kind);
  return [...new Set([...names, ...newest.keys()])].flatMap((name) => catalogue.find(name) ?? []);
}

async function newestJobs({ store }: ExplainParts, fileIds: number[]): Promise<Map<string, Job>> {
  const newest = new Map<string, Job>();
  for (const id of fileIds) {
    const { jobs } = await store.list({ subject: { type: "file", id } }, "newest", 0, jobsLookedAt);
    for (const job of jobs) if ((newest.get(job.kind)?.id ?? 0) < job.id) newest.set(job.kind, job);
  }
  return newest;
}

async function strikesOf({ db }: ExplainParts, fileId: number): Promise<Map<string, number>> {
  const rows = await db.select().from(backfillStrike).where(eq(backfillStrike.fileId, fileId));
  return new Map(rows.map((row) => [row.kind, row.strikes]));
}

function about(row: FileRow, library: LibraryRow, life: ContentLife): Omit<FileExplanation, "kinds"> {
  return {
    subject: "file",
    id: String(row.id),
    path: absolute(library.path, row.path),
    library: { id: String(library.id), name: library.name },
    pathInLibrary: row.path,
    type: row.type,
    state: row.state,
    text: stateText(row),
    failure: row.reasonCode ? explainFailure({ code: row.reasonCode, message: row.reason ?? "" }) : null,
    facts: {
      sizeBytes: row.sizeBytes,
      width: row.width,
      height: row.height,
      durationS: row.durationS,
      codecs: row.codecs,
      capturedAt: row.capturedAt?.toISOString() ?? null,
      sha256: row.sha256,
      modifiedAt: new Date(row.mtimeMs).toISOString(),
    },
    seenAt: row.seenAt?.toISOString() ?? null,
    missingSince: row.missingSince?.toISOString() ?? null,
    trashedAt: row.trashedAt?.toISOString() ?? null,
    formerPlaces: life.formerPlaces.map((place) => ({
      library: place.library,
      path: place.path,
      lastSeen: place.lastSeen.toISOString(),
    })),
    copies: life.copies.map(({ id, ...copy }) => ({ id: String(id), ...copy })),
  };
}

function stateText(row: FileRow): string {
  if (row.trashedAt) return "In the trash: nothing is made of it";
  switch (row.state) {
    case "ok":
      return row.metadataAt ? "Whole, and looked at" : "Found, and not looked at yet";
    case "missing":
      return "Not where it was; it is found again by its content if it turns up elsewhere";
    case "invalid":
      return `Damaged: ${row.reason ?? row.reasonCode ?? "no reason is on record"}`;
    case "quarantined":
      return `Held back: ${row.reason ?? row.reasonCode ?? "no reason is on record"}`;
  }
}
