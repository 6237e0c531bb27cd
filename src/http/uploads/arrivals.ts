// What becomes of an upload when its last byte is there: it goes into its library, and what follows of a new file follows.
// That may take long on a NAS; whoever waits is told how it stands.

import { enqueueFollowing } from "../../jobs/scan.ts";
import { getLibrary } from "../../library/libraries.ts";
import { takeIn } from "../../library/take-in.ts";
import { everyUpload, getUpload, receivedOf, removeUpload } from "../../library/uploads.ts";
import type { Loop } from "../../runtime/service.ts";
import { audit } from "../audit.ts";
import type { App } from "../context.ts";

export type Arrival =
  | { state: "placing" }
  | { state: "added" | "identical"; fileId: number; path: string }
  | { state: "failed"; code: string; message: string };

export type ArrivalParts = Pick<App, "db" | "paths" | "clock" | "events" | "tools" | "log">;

export class Arrivals {
  private readonly known = new Map<string, { arrival: Arrival; libraryId: number; at: number }>();
  private readonly under = new Map<string, Promise<void>>();

  constructor(private readonly app: ArrivalParts) {}

  /** Of an upload that has left its row behind, too, for an hour. */
  of(libraryId: number, id: string): Arrival | undefined {
    const known = this.known.get(id);
    return known?.libraryId === libraryId ? known.arrival : undefined;
  }

  /** Waits for a while only: a film may be on its way from disk to disk for minutes. */
  async finished(id: string, patienceMs = 10_000): Promise<void> {
    const { clock } = this.app;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const forget = clock.after(patienceMs, resolve);
    await Promise.race([this.place(id), late]);
    forget();
  }

  place(id: string): Promise<void> {
    const going = this.under.get(id) ?? this.placing(id).finally(() => this.under.delete(id));
    this.under.set(id, going);
    return going;
  }

  /** Whole when the server died, or when the disk would not have them. */
  loop(): Loop {
    return {
      name: "arrivals",
      everyMs: 10 * 60_000,
      atStart: true,
      step: async () => {
        for (const row of await everyUpload(this.app.db)) {
          const received = await receivedOf(this.app.paths, row);
          if (received === row.sizeBytes || (received === undefined && row.placedPath))
            await this.place(row.id);
        }
        this.forgetOld();
      },
    };
  }

  private async placing(id: string): Promise<void> {
    const { app } = this;
    const row = await getUpload(app.db, id);
    if (!row) return;
    const tell = (arrival: Arrival) =>
      void this.known.set(id, { arrival, libraryId: row.libraryId, at: app.clock.now() });
    tell({ state: "placing" });
    try {
      const library = await getLibrary(app.db, row.libraryId);
      if (library.readOnly) throw new Error(`${library.name} is a read-only library by now.`);
      const { outcome, fileId, path, batch } = await takeIn(app.tools, row, library);
      if (batch) await enqueueFollowing(app.tools, library, path, batch);
      await audit(app, row.createdBy, "file.upload", fileId, { path, libraryId: library.id, outcome });
      tell({ state: outcome, fileId, path });
    } catch (error) {
      const { code = "internal", message } = error as Error & { code?: string };
      app.log.warn("An upload could not be put into its library", { error, upload: id });
      // What no later attempt can mend is not kept for a week.
      if (code === "input.unsupported") await removeUpload(app, id);
      tell({ state: "failed", code, message });
    }
  }

  private forgetOld(): void {
    for (const [id, { at }] of this.known) if (at < this.app.clock.now() - 3_600_000) this.known.delete(id);
  }
}
