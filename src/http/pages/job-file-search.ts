// Files to choose from for a job: by the grammar of the library's search, by plain words where that cannot be read, or by id.

import type { FileRow, FileType } from "../../db/tables/library.ts";
import { filesById, thumbnailsOf } from "../../library/file-grid.ts";
import { listFiles } from "../../library/file-list.ts";
import type { FileTerm } from "../../library/file-term.ts";
import { listLibraries } from "../../library/libraries.ts";
import { Refused } from "../../runtime/errors.ts";
import { searchedFiles } from "../api/search-query.ts";
import type { App } from "../context.ts";

export interface FoundFile {
  id: number;
  name: string;
  type: FileType;
  state: FileRow["state"];
  library: string;
  /** In its library. */
  path: string;
  durationS: number | null;
  width: number | null;
  height: number | null;
  /** Below the base path; null where there is none. */
  picture: string | null;
}

interface FileAsk {
  text: string;
  /** None: any. */
  types: FileType[];
  limit: number;
}

/** With nothing asked, the newest. */
export async function findFiles(app: App, { text, types, limit }: FileAsk): Promise<FoundFile[]> {
  const nsfw = app.settings.get("nsfwVisible") ? {} : { nsfw: false };
  const ofType: FileTerm[] = types.length > 0 ? [{ not: false, test: { of: "type", in: types } }] : [];
  const asked = text.trim() === "" ? [] : await termsOf(app, text);
  const terms = [...ofType, ...asked];
  const { files } = await listFiles(app.db, { ...nsfw, terms, sort: "added", limit });
  const byId = /^#?\d{1,15}$/.test(text.trim())
    ? await filesById(app.db, [Number(text.replace("#", ""))])
    : [];
  return await shown(app, [...byId, ...files.filter((file) => file.id !== byId[0]?.id)].slice(0, limit));
}

export async function filesNamed(app: App, ids: number[]): Promise<FoundFile[]> {
  return ids.length === 0 ? [] : await shown(app, await filesById(app.db, ids));
}

async function termsOf(app: App, text: string): Promise<FileTerm[]> {
  try {
    return await searchedFiles(app, text);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [{ not: false, test: { of: "path", any: [text] } }];
  }
}

async function shown(app: App, files: FileRow[]): Promise<FoundFile[]> {
  const libraries = new Map((await listLibraries(app.db)).map(({ id, name }) => [id, name]));
  const pictures = await thumbnailsOf(
    app.db,
    files.map(({ id }) => id),
  );
  return files.map((file) => ({
    id: file.id,
    name: file.name,
    type: file.type,
    state: file.state,
    library: libraries.get(file.libraryId) ?? "",
    path: file.path,
    durationS: file.durationS,
    width: file.width,
    height: file.height,
    picture: pictures.has(file.id)
      ? `/api/files/${file.id}/thumbnail?w=240&v=${pictures.get(file.id)!.createdAt.getTime().toString(36)}`
      : null,
  }));
}
