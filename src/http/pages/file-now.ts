// A file as its page and the page's stream show it.

import type { FileNow } from "../../../views/pages/file.tsx";
import type { FileAction } from "../../../views/parts/file-bar.tsx";
import type { HistoryEntry, HistoryView, Seer } from "../../../views/parts/file-history.tsx";
import type { FileRow } from "../../db/tables/library.ts";
import { type ExplainedKind, explainFile } from "../../healing/explain-file.ts";
import { findHold } from "../../healing/quarantine-list.ts";
import { cascade } from "../../jobs/cascade.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { listDerivatives } from "../../library/derivatives.ts";
import { exportsOfFile } from "../../library/exports.ts";
import { factsOf } from "../../library/file-facts.ts";
import { filesById } from "../../library/file-grid.ts";
import { derivativeAddress } from "../../library/file-view.ts";
import { filesBySha256 } from "../../library/files.ts";
import { nearTo } from "../../library/near-pairs.ts";
import { partsOf } from "../api/explain.ts";
import type { App } from "../context.ts";
import { exportLines } from "./export-lines.ts";
import { historyOf } from "./file-life.ts";
import { scenesShown, subtitlesShown } from "./file-scenes.ts";
import { type FilmAwaited, stageOf } from "./file-stage.ts";
import { visibleLibraries } from "./home.tsx";
import { seenLibrary } from "./library.tsx";
import { momentLines } from "./moment-lines.ts";
import { playerFacts } from "./player-facts.ts";
import { waveformOf } from "./waveform-peaks.ts";

export async function fileNow(app: App, seer: Seer, file: FileRow, view: HistoryView): Promise<FileNow> {
  const isOwner = seer.user?.role === "owner";
  const library = await seenLibrary(app, file.libraryId);
  const derivatives = await listDerivatives(app.db, file.id);
  const moments = await momentLines(app, file.id);
  const life = await historyOf(app, file, derivatives, isOwner, view);
  const whys = isOwner ? (await explainFile(partsOf(app), file)).kinds : null;
  const code = file.state === "missing" ? "input.missing" : file.reasonCode;
  return {
    file,
    library,
    stage: stageOf(file, derivatives, isPictureAwaited(life.entries), filmAwaited(life.entries)),
    player: playerFacts(file, derivatives, moments),
    moments,
    scenes: await scenesShown(app, file.id, derivatives),
    subtitles: subtitlesShown(file.id, derivatives),
    derivatives: derivatives.map((row) => ({
      row,
      href: derivativeAddress(row),
    })),
    exports: await exportLines(app, await exportsOfFile(app.db, file.id)),
    facts: await factsOf(app.db, file.id),
    copies: await copiesOf(app, file),
    alike: await alikeTo(app, file),
    waveform: await waveformOf(
      app.paths,
      derivatives.find((d) => d.kind === "waveform"),
    ),
    failure: (code && file.state !== "ok" && failureCodes[code]) || null,
    held: (await findHold(app, file.id)) ?? null,
    ...life,
    whys,
    actions: whys ? actionsFor(app, file, whys) : [],
    barred: barredBy(file),
    view,
  };
}

/** What can be made of a file of this type by this build, and where it stands. */
export function actionsFor(app: App, file: FileRow, whys: ExplainedKind[] = []): FileAction[] {
  const names = cascade.filter((row) => row.types.includes(file.type)).map((row) => row.kind);
  const kinds = [...names, ...byHand[file.type]].flatMap((name) => app.queue.catalogue.find(name) ?? []);
  return kinds.map(({ name, label }) => {
    const state = whys.find((one) => one.kind === name)?.state;
    return { type: name, label, note: state ? notes[state] : "", isPossible: !isOpen(state) };
  });
}

/** What nothing asks for by itself. */
const byHand: Record<FileRow["type"], string[]> = {
  video: ["video-hls", "scene-extract", "digest-generate", "clip-generate"],
  image: [],
  audio: [],
};

/** Why no job would do anything about it now. */
export function barredBy(file: FileRow): string | null {
  if (file.trashedAt) return "Nothing is made of files in the trash. Restore it first.";
  if (file.state === "missing") return "The file is missing: there is nothing to work on.";
  if (file.state === "quarantined") return "It is held back. Release it first.";
  return null;
}

const notes: Record<ExplainedKind["state"], string> = {
  done: "made",
  running: "running now",
  waiting: "waiting already",
  paused: "paused",
  failed: "failed last time",
  cancelled: "was cancelled",
  "not needed": "was not needed",
  "not asked for": "not made yet",
  quarantined: "held back",
  missing: "missing",
};

function isOpen(state: ExplainedKind["state"] | undefined): boolean {
  return state === "running" || state === "waiting" || state === "paused";
}

function isPictureAwaited(entries: HistoryEntry[]): boolean {
  return entries.some(
    ({ job }) =>
      ["image-thumbnail", "video-poster"].includes(job.kind) &&
      ["pending", "queued", "running"].includes(job.status),
  );
}

/** Whether a version that browsers play is on its way. */
function filmAwaited(entries: HistoryEntry[]): FilmAwaited | null {
  const status = entries.find(({ job }) => job.kind === "video-transcode")?.job.status;
  if (status === "running" || status === "paused") return status;
  return status === "pending" || status === "queued" ? "waiting" : null;
}

async function copiesOf(app: App, file: FileRow): Promise<FileNow["copies"]> {
  if (!file.sha256) return [];
  const ids = ((await filesBySha256(app.db, [file.sha256])).get(file.sha256) ?? []).filter(
    (id) => id !== file.id,
  );
  return await namedFiles(app, ids);
}

/** What looks or sounds much the same, the nearest first. */
async function alikeTo(app: App, file: FileRow): Promise<FileNow["alike"]> {
  const near = (await nearTo(app.db, [file.id])).get(file.id) ?? [];
  const found = await namedFiles(
    app,
    near.map(({ id }) => id),
  );
  return near.flatMap(({ id, distance }) => {
    const named = found.find((one) => one.id === id);
    return named ? [{ ...named, distance }] : [];
  });
}

/** Of those that may be seen now. */
async function namedFiles(app: App, ids: number[]): Promise<FileNow["copies"]> {
  if (ids.length === 0) return [];
  const names = new Map((await visibleLibraries(app)).shown.map((l) => [l.id, l.name]));
  const copies = await filesById(app.db, ids.slice(0, 20));
  return copies.flatMap(({ id, path, libraryId }) =>
    names.has(libraryId) ? [{ id, path, library: names.get(libraryId)! }] : [],
  );
}
