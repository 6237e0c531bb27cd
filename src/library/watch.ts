// Watches the folders of libraries that ask for it and enqueues their scans when something changed and came to rest.
// One inotify watch per folder: where the system allows no more, the library is left to the auto-scan, and says so.

import { type FSWatcher, watch } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Db } from "../db/open.sqlite.ts";
import type { FileType, LibraryRow } from "../db/tables/library.ts";
import type { Enqueuer } from "../queue/queue.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Service } from "../runtime/service.ts";
import { listLibraries, scannedTypes } from "./libraries.ts";
import { isPassedOver } from "./media-types.ts";
import { nodeFs } from "./walk.ts";

export interface WatchParts {
  db: Db;
  queue: Enqueuer;
  events: EventBus;
  clock: Clock;
  log: Logger;
  scanKinds: Record<FileType, string>;
  /** Default 8,192: a tenth of what Linux commonly allows a user. */
  maxFolders?: number;
  watchFolder?: typeof watch;
}

export type WatchState = { mode: "watching"; folders: number } | { mode: "scheduled"; reason: string };

export interface LibraryWatch extends Service {
  /** How each library that asks for it is watched. */
  states(): Map<number, WatchState>;
  /** Brings the watches in line with the libraries' settings. */
  sync(): Promise<void>;
}

/** After the last change; copying a film is one long change. */
const quietMs = 5_000;
/** But no longer than this after the first. */
const patienceMs = 120_000;
const lookMs = 60_000;

export function libraryWatch(parts: WatchParts): LibraryWatch {
  const watched = new Map<number, WatchedLibrary>();
  const abort = new AbortController();
  let turn: Promise<void> = Promise.resolve();
  let forget = () => {};

  async function sync() {
    const wanted = new Map(
      (await listLibraries(parts.db)).filter((row) => row.watch).map((row) => [row.id, row]),
    );
    const lost = new Set<number>();
    for (const [id, one] of watched) {
      const row = wanted.get(id);
      if (row && row.path === one.row.path && !(await one.isElsewhere())) one.row = row;
      else {
        one.stop();
        watched.delete(id);
        lost.add(id);
      }
    }
    for (const [id, row] of wanted) {
      if (watched.has(id) || abort.signal.aborted) continue;
      const rootIdentity = await identityOf(row.path);
      const one = new WatchedLibrary(row, rootIdentity, parts);
      watched.set(id, one);
      if (!rootIdentity) {
        one.giveUp("its root is not there");
        continue;
      }
      await one.addFolder(row.path);
      if (lost.has(id)) one.arm();
    }
  }
  const synced = () => {
    turn = turn.then(sync).catch((error) => parts.log.warn("Watching libraries failed", { error }));
    return turn;
  };
  // Watches die without a word when a disk is unmounted, and those of the empty mount point when it comes back.
  const look = () => {
    forget = parts.clock.after(lookMs, () => void synced().then(() => abort.signal.aborted || look()));
  };
  return {
    name: "library-watch",
    start() {
      parts.events.subscribe((e) => {
        // Scans announce the library they work on too; only a change of the settings matters here, and looking is cheap.
        if (e.topic === "library") void synced();
      }, abort.signal);
      // Not awaited: looking through a large library takes a while, and the server should answer meanwhile.
      void synced();
      look();
    },
    async stop() {
      abort.abort();
      forget();
      // First, so that a look through a large library ends here instead of being waited for.
      for (const one of watched.values()) one.stop();
      await turn;
      watched.clear();
    },
    sync: synced,
    states: () => new Map([...watched].map(([id, one]) => [id, one.state()])),
  };
}

class WatchedLibrary {
  private readonly watchers = new Map<string, FSWatcher>();
  /** Of the root, and of folders whose watch ended by itself: where disks may come and go. */
  private readonly identities: Map<string, string | undefined>;
  private gaveUp: string | undefined;
  private isStopped = false;
  private firstChangeAt: number | undefined;
  private forget = () => {};

  constructor(
    public row: LibraryRow,
    /** Undefined when it is not there. */
    rootIdentity: string | undefined,
    private readonly parts: WatchParts,
  ) {
    this.identities = new Map([[row.path, rootIdentity]]);
  }

  /** Whether what lies at the watched places is not what is watched: a disk was mounted or unmounted there. */
  async isElsewhere(): Promise<boolean> {
    for (const [path, identity] of this.identities) if ((await identityOf(path)) !== identity) return true;
    return false;
  }

  state(): WatchState {
    return this.gaveUp === undefined
      ? { mode: "watching", folders: this.watchers.size }
      : { mode: "scheduled", reason: this.gaveUp };
  }

  stop() {
    this.isStopped = true;
    this.unwatchAll();
  }

  private unwatchAll() {
    this.forget();
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  /** With everything below it. Watched before it is listed: what comes in between shows up twice, never not at all. */
  async addFolder(root: string): Promise<void> {
    const toVisit = [root];
    while (toVisit.length > 0 && this.isWatching()) {
      const folder = toVisit.pop()!;
      if (!this.watchOne(folder)) continue;
      try {
        for await (const entry of await opendir(folder)) {
          if (!this.isWatching()) return;
          if (entry.isDirectory() && !isPassedOver(entry.name)) toVisit.push(join(folder, entry.name));
        }
      } catch (error) {
        this.parts.log.warn("A folder cannot be watched", { folder, error });
      }
    }
  }

  private isWatching(): boolean {
    return !this.isStopped && this.gaveUp === undefined;
  }

  private watchOne(folder: string): boolean {
    if (!this.isWatching() || this.watchers.has(folder)) return false;
    if (this.watchers.size >= (this.parts.maxFolders ?? 8192)) {
      this.giveUp(`it has more than ${this.watchers.size} folders`);
      return false;
    }
    try {
      const watcher = (this.parts.watchFolder ?? watch)(folder, { persistent: false }, (_, name) => {
        void this.changed(folder, name?.toString() ?? null);
      });
      watcher.on("error", () => this.unwatch(folder));
      this.watchers.set(folder, watcher);
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOSPC" || code === "EMFILE")
        this.giveUp("the system's limit of inotify watches is reached");
      else if (folder === this.row.path) this.giveUp(`its root cannot be watched (${code})`);
      return false;
    }
  }

  private unwatch(folder: string) {
    this.watchers.get(folder)?.close();
    this.watchers.delete(folder);
  }

  giveUp(reason: string) {
    this.gaveUp = reason;
    this.unwatchAll();
    this.parts.log.warn(`${this.row.name} is not watched: ${reason}. The auto-scan still looks through it.`, {
      library_id: this.row.id,
    });
  }

  private async changed(folder: string, name: string | null) {
    if (!this.isWatching() || (name && isPassedOver(name))) return;
    this.arm();
    if (!name) return;
    const path = join(folder, name);
    const what = await lstat(path).catch(() => undefined);
    if (what?.isDirectory()) await this.addFolder(path);
    else if (!what) {
      this.unwatchBelow(path);
      if (name === basename(folder)) await this.watchAnew(folder);
    }
  }

  /** The last word of a watch that ends, for its folder was deleted or unmounted, is the folder's own name. */
  private async watchAnew(folder: string) {
    this.unwatchBelow(folder);
    const identity = await identityOf(folder);
    // Deleted: its parent's watch tells when it is there again. The root has no such parent.
    if (identity || folder === this.row.path) this.identities.set(folder, identity);
    if (identity) await this.addFolder(folder);
  }

  private unwatchBelow(path: string) {
    for (const one of [...this.watchers.keys()])
      if (one === path || one.startsWith(`${path}/`)) this.unwatch(one);
  }

  /** Enqueues the scans when nothing has changed for a while. */
  arm() {
    // An enqueueing or a look at a file may have been under way when the watch ended.
    if (!this.isWatching()) return;
    const now = this.parts.clock.now();
    this.firstChangeAt ??= now;
    const waited = now - this.firstChangeAt;
    this.forget();
    this.forget = this.parts.clock.after(
      Math.max(0, Math.min(quietMs, patienceMs - waited)),
      () => void this.enqueue(),
    );
  }

  private async enqueue() {
    if (!this.isWatching()) return;
    this.firstChangeAt = undefined;
    const kinds = scannedTypes(this.row).map((type) => this.parts.scanKinds[type]);
    try {
      const { skipped } = await this.parts.queue.enqueueMany(
        kinds.map((kind) => ({
          kind,
          params: { libraryId: this.row.id, skipExisting: true },
          origin: "watch",
        })),
      );
      // A scan that runs already may be past the folder that changed: ask again once things are quiet.
      if (skipped > 0) this.arm();
    } catch (error) {
      this.parts.log.warn("A watched library could not be scanned", { library_id: this.row.id, error });
      this.arm();
    }
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  return await nodeFs.lstat(path).then(
    (s) => s.identity,
    () => undefined,
  );
}
