// One reel of several films: the best of each, in the order they were recorded.

import { inArray } from "drizzle-orm";
import { z } from "zod";
import { library } from "../db/tables/library.ts";
import { exportSources } from "../library/exports.ts";
import { getFile } from "../library/files.ts";
import { chooseBest } from "../media/best-moments.ts";
import { analyseFilm, type FilmAnalysis } from "../media/film-analysis.ts";
import { shareOut, weightOf } from "../media/shares.ts";
import type { Subject } from "../queue/job.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { encoderMemory } from "./encoder-memory.ts";
import { fileId } from "./input-file.ts";
import {
  keepReel,
  lengthOf,
  openFilm,
  type ReelFilm,
  type ReelPart,
  removeFormer,
  shareOfLooking,
  stemOf,
} from "./reel.ts";
import { refuseParam, refusing } from "./refused-params.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileIds: z
    .array(fileId)
    .min(1)
    .max(100)
    .meta({
      title: "Videos",
      description: "Up to 100; in the order they were recorded",
      fileTypes: ["video"],
    }),
  targetLength: z.number().min(4).max(1800).default(60).meta({
    title: "Length",
    description: "Seconds; it is never longer than that, and each film gets a second at least",
  }),
});
type Params = z.infer<typeof params>;

export const highlightGenerate: JobKind<Params, Tools> = {
  name: "highlight-generate",
  alias: "highlight_generate",
  label: "Highlights",
  description: "A reel of the best stretches of several films",
  queue: "compile",
  category: "gpu_ai",
  // No model is asked; what an encoder on the GPU takes.
  vramHere: encoderMemory(2000),
  params,
  stuckAfterS: 1800,
  makes: ["export"],
  about: aboutFiles,
  dedupKey: (p) => `${[...new Set(p.fileIds)].sort((a, b) => a - b).join(",")}:${p.targetLength}`,
  async run(job) {
    const films = await openAll(job);
    if (films.length === 0)
      throw new GiveUp("input.unsupported", "None of the files is a film that can be read.");
    const from = 100 * shareOfLooking(films, job.params.targetLength);
    const looked = await lookAtAll(job, films, from);
    const parts = choose(job, looked);
    if (parts.length === 0)
      return { notNeeded: "There is nothing to see in the films: they are black or blank." };
    await keepReel(job, parts, { title: titleOf(looked.map(({ film }) => film)), from, chapters: true });
    const ids = new Set(parts.map(({ film }) => film.input.row.id));
    await removeFormer(job, parts[0]!.film.input.row.id, async (row) => {
      const sources = await exportSources(job.tools.db, row.id);
      return sources.length === ids.size && sources.every((one) => ids.has(one));
    });
  },
};

interface Looked {
  film: ReelFilm;
  analysis: FilmAnalysis;
}

/** It is about no file alone, so that none is held back for what another one is like. */
async function aboutFiles({ fileIds, targetLength }: Params, { db }: Tools): Promise<Subject> {
  const ids = [...new Set(fileIds)];
  if (ids.length > targetLength)
    throw refuseParam("targetLength", `${ids.length} films need ${ids.length} seconds at least.`);
  const rows = await Promise.all(ids.map((id) => refusing("fileIds", () => getFile(db, id))));
  const libraries = await db
    .select({ id: library.id, nsfw: library.nsfw })
    .from(library)
    .where(inArray(library.id, [...new Set(rows.map((row) => row.libraryId))]));
  const names = rows.slice(0, 2).map(({ name }) => name);
  const more = rows.length > 2 ? ` and ${rows.length - 2} more` : "";
  // Hidden where any of them is.
  const group = (libraries.find(({ nsfw }) => nsfw) ?? libraries[0])?.id ?? null;
  return { type: "none", id: null, label: `${names.join(", ")}${more}`, group };
}

/** What cannot be read, is held back or lies in the trash is left out. In the order they were recorded. */
async function openAll(job: Run<Params, Tools>): Promise<ReelFilm[]> {
  const films: ReelFilm[] = [];
  for (const id of new Set(job.params.fileIds)) {
    const row = await getFile(job.tools.db, id);
    const left = (why: string) => job.log(`Left out ${row.path}: ${why}`);
    if (row.trashedAt || row.state === "quarantined")
      left(row.trashedAt ? "it is in the trash" : "it is held back");
    else
      await unlessOfInput(left, async () => {
        const film = await openFilm(job, id);
        if (film) films.push(film);
        else left("there is no picture in it");
      });
  }
  const recordedAt = ({ input: { row } }: ReelFilm) => row.capturedAt?.getTime() ?? row.mtimeMs;
  return films.sort((a, b) => recordedAt(a) - recordedAt(b) || a.input.row.id - b.input.row.id);
}

async function lookAtAll(job: Run<Params, Tools>, films: ReelFilm[], upTo: number): Promise<Looked[]> {
  const looked: Looked[] = [];
  const allS = films.reduce((sum, film) => sum + lengthOf(film), 0);
  let doneS = 0;
  for (const film of films) {
    const { path, row } = film.input;
    const onProgress = (percent: number) =>
      job.progress((upTo * (doneS + (lengthOf(film) * percent) / 100)) / allS);
    await unlessOfInput(
      (why) => job.log(`Left out ${row.path}: ${why}`),
      async () => {
        const analysis = await analyseFilm(job.tools.media, path, film.probe, {
          signal: job.signal,
          onProgress,
        });
        if (analysis.seconds.length > 0) looked.push({ film, analysis });
        else job.log(`Left out ${row.path}: no frame of it can be decoded.`);
      },
    );
    job.signal.throwIfAborted();
    doneS += lengthOf(film);
  }
  return looked;
}

function choose({ params, log }: Run<Params, Tools>, looked: Looked[]): ReelPart[] {
  const sharers = looked.map(({ analysis }) => ({
    durationS: analysis.durationS,
    weight: weightOf(analysis),
  }));
  const shares = shareOut(sharers, params.targetLength);
  return looked.flatMap(({ film, analysis }, n) => {
    const isWhole = shares[n]! >= analysis.durationS - 0.01;
    const chosen = isWhole ? [{ startS: 0, endS: analysis.durationS }] : chooseBest(analysis, shares[n]!);
    const places = chosen.map(({ startS, endS }) => `${startS.toFixed(1)}–${endS.toFixed(1)}`).join(", ");
    log(`${film.input.row.path}: ${places ? `${places} s` : "nothing, it is black or blank"}`);
    return chosen.map(({ startS, endS }) => ({ startS, endS, film }));
  });
}

async function unlessOfInput(left: (why: string) => void, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof GiveUp) || !error.code.startsWith("input.")) throw error;
    left(error.message.split("\n")[0]!);
  }
}

function titleOf(films: ReelFilm[]): string {
  const first = stemOf(films[0]!.input.row);
  return films.length === 1 ? `Highlights – ${first}` : `Highlights – ${first} and ${films.length - 1} more`;
}
