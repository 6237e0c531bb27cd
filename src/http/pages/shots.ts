// Files as the grid shows them: with their picture, or with what becomes of it.

import type { Seer } from "../../../views/parts/file-history.tsx";
import type { PictureState, Shot } from "../../../views/parts/file-shot.tsx";
import type { FileRow, FileType } from "../../db/tables/library.ts";
import { previewsOf, thumbnailsOf } from "../../library/file-grid.ts";
import type { App } from "../context.ts";

/** `query` goes onto each link, so that the file's page knows the grid it was opened from. */
export async function shotsOf(
  app: App,
  ctx: Pick<Seer, "url">,
  files: FileRow[],
  query = "",
  mayTick = false,
  /** False: nobody shows what becomes of a picture that is not there. */
  withStates = true,
): Promise<Shot[]> {
  const pictures = await thumbnailsOf(
    app.db,
    files.map((f) => f.id),
  );
  const films = await previewsOf(
    app.db,
    files.filter((f) => f.type === "video").map((f) => f.id),
  );
  return Promise.all(
    files.map(async (file): Promise<Shot> => {
      const href = ctx.url(`/files/${file.id}${query ? `?${query}` : ""}`);
      const made = pictures.get(file.id);
      const pictureState = made || !withStates ? "none" : await pictureStateOf(app, file);
      if (!made) return { file, href, mayTick, picture: null, pictureState };
      const version = made.createdAt.getTime().toString(36);
      const src = (width: number) => ctx.url(`/api/files/${file.id}/thumbnail?w=${width}&v=${version}`);
      return {
        file,
        href,
        mayTick,
        pictureState: "none",
        picture: { src, width: made.width ?? 240, height: made.height ?? 240 },
        ...(films.has(file.id) && { preview: ctx.url(`/api/files/${file.id}/preview`) }),
      };
    }),
  );
}

/** Those whose picture is on its way. */
export function awaitedIn(shots: Shot[]): number[] {
  return shots
    .filter((s) => !s.picture && ["waiting", "running", "paused"].includes(s.pictureState))
    .map((s) => s.file.id);
}

const pictureKinds: Partial<Record<FileType, string>> = { video: "video-poster", image: "image-thumbnail" };

async function pictureStateOf(app: App, file: FileRow): Promise<PictureState> {
  const kind = pictureKinds[file.type];
  if (!kind || file.state === "missing") return "none";
  const { jobs } = await app.store.list(
    { subject: { type: "file", id: file.id }, kind: [kind] },
    "newest",
    0,
    1,
  );
  const status = jobs[0]?.status;
  // The picture is asked for once `file-metadata` has looked at the file.
  if (!status && file.metadataAt === null) return "waiting";
  if (status === "completed" && jobs[0]?.outcomeNote) return "failed";
  if (status === "pending" || status === "queued") return "waiting";
  if (status === "running" || status === "paused" || status === "failed") return status;
  return "none";
}
