// How much media lies in a folder and below it, as far as can be told in a moment: before somebody makes a library of it.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FileType } from "../db/tables/library.ts";
import { isPassedOver, mediaTypeOf } from "./media-types.ts";

export interface Survey {
  counts: Record<FileType, number>;
  folders: number;
  /** There is more: time or patience ran out. */
  isCut: boolean;
}

const systems = new Set(["/proc", "/sys", "/dev", "/run"]);

/** By names alone; nothing is opened. A folder that cannot be read counts as empty. */
export async function surveyFolder(root: string, budgetMs = 300, most = 200_000): Promise<Survey> {
  const survey: Survey = { counts: { video: 0, image: 0, audio: 0 }, folders: 0, isCut: false };
  const ends = performance.now() + budgetMs;
  const open = [root];
  let seen = 0;
  // The nearest first: what is told of half a tree is then told of its top.
  for (let at = 0; at < open.length; at++) {
    const left = ends - performance.now();
    const entries = left > 0 && seen < most ? await within(left, list(open[at]!)) : undefined;
    if (!entries) return { ...survey, isCut: true };
    for (const entry of entries) {
      seen++;
      if (isPassedOver(entry.name)) continue;
      const path = join(open[at]!, entry.name);
      if (entry.isDirectory() && !systems.has(path)) {
        survey.folders++;
        open.push(path);
      }
      const media = entry.isFile() ? mediaTypeOf(entry.name) : undefined;
      if (media) survey.counts[media.type]++;
    }
  }
  return survey;
}

function list(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

/** A network share that does not answer must not keep a page waiting. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
