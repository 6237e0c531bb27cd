// The pages over a library whose files fail as a test says, behind a worker that it steps.

import type { FileRow, LibraryRow } from "../../src/db/tables/library.ts";
import { aboutFile } from "../../src/jobs/input-file.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { unlessHeld } from "../../src/jobs/unless-held.ts";
import { Catalogue } from "../../src/queue/kind.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { settled } from "./fake-clock.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "./media-site.ts";
import { testKind } from "./queue.ts";

export interface ProblemSite extends MediaSite {
  library: LibraryRow;
  /** The message of what fails next; null lets jobs succeed. */
  fails: { code: string; message: string } | null;
  /** What runs next gives no sign of life until it is ended. */
  hangs: boolean;
  file(path: string, facts?: Partial<FileRow>): Promise<FileRow>;
  /** Runs a job about it to its end. */
  work(file: FileRow): Promise<number>;
}

export async function problemSite(): Promise<ProblemSite> {
  const fails = { code: "input.truncated", message: "moov atom not found" };
  const kind = unlessHeld<any>({
    ...testKind({
      name: "bad",
      label: "Bad kind",
      dedupKey: (p: { fileId?: number }) => String(p.fileId),
      act: (job) => {
        if (site.hangs)
          return new Promise((_, reject) =>
            job.signal.addEventListener("abort", () => reject(new Error("stopped"))),
          );
        if (site.fails) throw new GiveUp(site.fails.code, site.fails.message);
      },
    }),
    about: (p, tools: Tools) => aboutFile(p, tools),
  });
  const queues = [
    { name: kind.queue, section: "Test", description: "What a does", weight: 1, base: 4 },
    { name: "b", section: "Test", description: "What b does", weight: 1, base: 1 },
  ];
  const at = await mediaSite({ catalogue: new Catalogue<Tools>(queues, [kind]) });
  const library = await addLibrary(at);
  await at.app.worker.start();
  const site: ProblemSite = {
    ...at,
    library,
    fails,
    hangs: false,
    file: (path, facts) =>
      addFile(at, library, path, { type: "video", mimeType: "video/mp4", ...facts } as Partial<FileRow>),
    async work(file) {
      const { id } = await at.app.queue.enqueue("bad", { fileId: file.id });
      await settled();
      await at.app.clock.advance(1000);
      await settled();
      return id;
    },
    async close() {
      await at.app.worker.stop();
      await at.close();
    },
  };
  return site;
}
