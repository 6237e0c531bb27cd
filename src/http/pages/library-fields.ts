// The form of a library, read and filled: the first run, adding and changing share it.

import type { PickedFolder } from "../../../views/parts/folder-picker.tsx";
import type { LibraryFields, Recognises } from "../../../views/parts/library-form.tsx";
import type { LibraryRow } from "../../db/tables/library.ts";
import { cascade } from "../../jobs/cascade.ts";
import { pickFolder } from "../../library/folder-picker.ts";
import { surveyFolder } from "../../library/folder-survey.ts";
import { checkLibraryPath } from "../../library/libraries.ts";
import { Refused } from "../../runtime/errors.ts";
import type { App } from "../context.ts";

/** What a new library does unless told otherwise. */
export function newLibraryFields(path: string): LibraryFields {
  return {
    name: path.slice(path.lastIndexOf("/") + 1) || path,
    scan: { videos: true, images: true, audio: true },
    watch: true,
    nsfw: false,
    readOnly: true,
    recognise: { objects: false, faces: false, audio: false, transcribe: false },
  };
}

export function fieldsOfLibrary(row: LibraryRow): LibraryFields {
  const { name, watch, nsfw, readOnly, recognise } = row;
  return {
    name,
    watch,
    nsfw,
    readOnly,
    recognise,
    scan: { videos: row.scanVideos, images: row.scanImages, audio: row.scanAudio },
  };
}

/** A box that is not ticked is not sent at all. */
export function readLibraryFields(form: Record<string, string>): LibraryFields {
  const ticked = (name: string) => form[name] === "on";
  return {
    name: (form.name ?? "").trim(),
    scan: { videos: ticked("videos"), images: ticked("images"), audio: ticked("audio") },
    watch: ticked("watch"),
    nsfw: ticked("nsfw"),
    readOnly: ticked("readOnly"),
    recognise: {
      objects: ticked("recognise.objects"),
      faces: ticked("recognise.faces"),
      audio: ticked("recognise.audio"),
      transcribe: ticked("recognise.transcribe"),
    },
  };
}

/** A library that looks for nothing would never find anything. */
export function checkLibraryFields(fields: LibraryFields): void {
  if (Object.values(fields.scan).some(Boolean)) return;
  const message = "Choose at least one of videos, pictures and audio.";
  throw new Refused(422, "library.scan.nothing", message, { errors: [{ path: ["scan"], message }] });
}

/** The recognition that this build has a kind for. */
export function recognisesOf(app: Pick<App, "queue">): Recognises {
  const known = cascade.filter((row) => row.when && app.queue.catalogue.find(row.kind));
  return Object.fromEntries(known.map((row) => [row.when!, true]));
}

/** The folder to show first: what the configuration offers, else the top. A folder that is gone shows the top, with the reason. */
export async function pickedFolder(app: App, path: string | undefined): Promise<PickedFolder> {
  const wanted = path ?? app.config.media[0] ?? "/";
  try {
    const { counts, isCut, ...folder } = await pickFolder(wanted);
    const [refusal, below] = await Promise.all([refusalOf(app, folder.path), foundIn(folder.path)]);
    return { ...folder, counts: { ...counts, more: isCut }, refusal, below };
  } catch (error) {
    if (!(error instanceof Refused) || wanted === "/") throw error;
    const top = await pickedFolder(app, "/");
    return { ...top, refusal: error.message };
  }
}

/** Nobody makes a library of the whole disk, and looking through it takes long. */
export async function foundIn(path: string) {
  return path === "/" || path === "" ? null : await surveyFolder(path);
}

async function refusalOf(app: App, path: string): Promise<string | undefined> {
  // The whole disk is no library, yet it is where choosing starts: nothing to complain about until it is chosen.
  try {
    await checkLibraryPath(app, path);
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return [error.message, error.more.hint].filter(Boolean).join(" ");
    throw error;
  }
}
