// The media pages behind the real pipeline, and a library whose rows a test writes itself.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Hono } from "hono";
import {
  type DerivativeRow,
  derivative,
  type FileRow,
  file,
  folder,
  type LibraryRow,
} from "../../src/db/tables/library.ts";
import { createApp } from "../../src/http/app.ts";
import type { Env } from "../../src/http/context.ts";
import { createLibrary } from "../../src/library/libraries.ts";
import { type TestApp, type TestAppOptions, testApp } from "./app.ts";

export interface MediaSite {
  app: TestApp;
  site: Hono<Env>;
  /** An empty folder that can become a library. */
  mediaFolder: string;
  close(): Promise<void>;
}

export async function mediaSite(options: TestAppOptions = {}): Promise<MediaSite> {
  const app = await testApp(options);
  const mediaFolder = mkdtempSync(join(tmpdir(), "sprocket-media-"));
  return {
    app,
    site: createApp(app),
    mediaFolder,
    async close() {
      await app.close();
      rmSync(mediaFolder, { recursive: true, force: true });
    },
  };
}

export function addLibrary(
  at: MediaSite,
  name = "Family",
  more: { nsfw?: boolean } = {},
): Promise<LibraryRow> {
  const path = join(at.mediaFolder, name);
  mkdirSync(path, { recursive: true });
  return createLibrary(at.app, { name, path, ...more });
}

/** A row as a scan would write it, and its folders. */
export async function addFile(
  { app }: MediaSite,
  library: LibraryRow,
  path: string,
  facts: Partial<FileRow> = {},
): Promise<FileRow> {
  const folderId = await ensureFolder(app, library.id, dirname(path) === "." ? "" : dirname(path));
  const name = path.slice(path.lastIndexOf("/") + 1);
  const at = new Date(app.clock.now());
  const [row] = await app.db
    .insert(file)
    .values({
      libraryId: library.id,
      folderId,
      path,
      name,
      type: "image",
      mimeType: "image/jpeg",
      sizeBytes: 1000,
      mtimeMs: at.getTime(),
      inode: path,
      createdAt: at,
      updatedAt: at,
      ...facts,
    })
    .returning();
  return row!;
}

export async function addDerivative(
  { app }: MediaSite,
  of: FileRow,
  kind: string,
  variant: string,
  content = "x",
  size: { width?: number; height?: number } = {},
): Promise<DerivativeRow> {
  const path = `${of.id}-${kind}-${variant}`;
  writeFileSync(join(app.paths.derivatives, path), content);
  const made = {
    path,
    mimeType: "image/webp",
    sizeBytes: content.length,
    createdAt: new Date(app.clock.now()),
    ...size,
  };
  const [row] = await app.db
    .insert(derivative)
    .values({ fileId: of.id, kind, variant, ...made })
    .returning();
  return row!;
}

async function ensureFolder(app: TestApp, libraryId: number, path: string): Promise<number> {
  const parentId =
    path === "" ? null : await ensureFolder(app, libraryId, dirname(path) === "." ? "" : dirname(path));
  const [row] = await app.db
    .insert(folder)
    .values({
      libraryId,
      parentId,
      path,
      name: path.slice(path.lastIndexOf("/") + 1),
      createdAt: new Date(0),
    })
    .onConflictDoUpdate({ target: [folder.libraryId, folder.path], set: { parentId } })
    .returning();
  return row!.id;
}
