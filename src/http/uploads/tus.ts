// The tus protocol (resumable uploads, version 1.0) over our rows and the data folder. The library speaks it; what may be
// uploaded, and what becomes of it, is ours.

import { FileStore } from "@tus/file-store";
import { Server, Upload } from "@tus/server";
import { getUpload, insertUpload, removeUpload, type UploadParts } from "../../library/uploads.ts";

/** What creates an upload has been looked at before it gets here. */
export interface Begun {
  libraryId: number;
  folder: string;
  name: string;
  mtimeMs: number | null;
  createdBy: string | null;
}

export interface Tus {
  /** `begun` for a request that creates. */
  handle(request: Request, libraryId: number, begun?: Begun): Promise<Response>;
}

export function openTus(parts: UploadParts, basePath: string, finished: (id: string) => Promise<void>): Tus {
  const begun = new Map<string, Begun>();
  const beginners = new WeakMap<Request, Begun>();
  const places = new WeakMap<Request, number>();
  const store = new FileStore({
    directory: parts.paths.uploads,
    configstore: rowsAsConfig(parts, begun),
  });
  // How long it is going to be is asked first: the disk must have room for it. Old ones go by our own sweep.
  store.extensions = ["creation", "creation-with-upload", "termination"];
  const server = new Server({
    path: "/uploads",
    datastore: store,
    allowedOrigins: [],
    namingFunction(request) {
      const id = crypto.randomUUID().replaceAll("-", "");
      begun.set(id, beginners.get(request)!);
      return id;
    },
    generateUrl: (request, { id }) => `${basePath}/api/libraries/${places.get(request)}/uploads/${id}`,
    async onUploadFinish(_, { id }) {
      await finished(id);
      return {};
    },
  });
  return {
    async handle(request, libraryId, beginner) {
      places.set(request, libraryId);
      if (beginner) beginners.set(request, beginner);
      const response = await server.handleWeb(request as never);
      for (const name of [...response.headers.keys()])
        if (name.startsWith("access-control-")) response.headers.delete(name);
      return response;
    },
  };
}

/** The rows of `upload` as the library's store of facts. */
function rowsAsConfig(parts: UploadParts, begun: Map<string, Begun>) {
  const { db, clock } = parts;
  return {
    async get(id: string) {
      const row = await getUpload(db, id);
      if (!row) return undefined;
      const { name, folder, sizeBytes, createdAt } = row;
      return new Upload({
        id,
        size: sizeBytes,
        offset: 0,
        metadata: { filename: name, folder },
        creation_date: createdAt.toISOString(),
      });
    },
    async set(id: string, { size }: Upload) {
      const facts = begun.get(id);
      begun.delete(id);
      if (!facts) return;
      const now = new Date(clock.now());
      await insertUpload(db, { id, ...facts, sizeBytes: size!, createdAt: now, updatedAt: now });
    },
    delete: (id: string) => removeUpload(parts, id),
  };
}
