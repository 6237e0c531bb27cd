import { afterEach, beforeEach, expect, test } from "bun:test";
import type { FSWatcher } from "node:fs";
import { mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { updateLibrary } from "../../src/library/libraries.ts";
import { type LibraryWatch, libraryWatch, type WatchParts } from "../../src/library/watch.ts";
import type { Asked } from "../../src/queue/queue.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { settled } from "../support/fake-clock.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
let watching: LibraryWatch;
let asked: Asked[];
let skipped: number;
let callbacks: Map<string, (event: string, name: string) => void>;
beforeEach(() => {
  at = mediaFolder();
  asked = [];
  skipped = 0;
  callbacks = new Map();
});
afterEach(async () => {
  await watching.stop();
  at.remove();
});

/** The real watch of the system, but that events come when the test says. */
const watchFolder = ((folder: string, _: unknown, listener: (event: string, name: string) => void) => {
  callbacks.set(folder, listener);
  return { on() {}, close: () => callbacks.delete(folder) } as unknown as FSWatcher;
}) as WatchParts["watchFolder"];

async function start(more: Partial<WatchParts> = {}) {
  const queue = {
    knows: () => true,
    enqueueMany: async (some: Asked[]) => {
      asked.push(...some);
      return { enqueued: some.length - skipped, skipped, jobIds: [] };
    },
  };
  const scanKinds = { video: "library-scan", image: "gallery-scan", audio: "audio-scan" };
  watching = libraryWatch({ ...at.parts, queue, log: silentLogger, scanKinds, watchFolder, ...more });
  watching.start();
  await watching.sync();
}
const tell = async (folder: string, name: string) => {
  callbacks.get(folder)!("rename", name);
  await new Promise((resolve) => setTimeout(resolve, 0));
  await settled(40);
};
/** The look of every minute; the second call waits for the end of the first. */
const lookAgain = async () => {
  await at.parts.clock.advance(60_000);
  await watching.sync();
};
const onlyImages = { scan: { videos: false, audio: false } };

test("only libraries that ask for it, with every folder that is not passed over", async () => {
  at.put("2024/june/a.jpg");
  at.put("@eaDir/a.jpg");
  await at.library({ watch: true });
  await start();
  expect([...callbacks.keys()].sort()).toEqual([
    at.media,
    join(at.media, "2024"),
    join(at.media, "2024/june"),
  ]);
});

test("changes that follow one another become one scan, when they have come to rest", async () => {
  const id = await at.library({ watch: true, ...onlyImages });
  await start();
  for (let i = 0; i < 5; i++) {
    at.put(`${i}.jpg`);
    await tell(at.media, `${i}.jpg`);
    await at.parts.clock.advance(3000);
  }
  expect(asked).toEqual([]);
  await at.parts.clock.advance(5000);
  expect(asked).toMatchObject([{ kind: "gallery-scan", params: { libraryId: id }, origin: "watch" }]);
});

test("a copy that never rests is scanned all the same", async () => {
  await at.library({ watch: true, ...onlyImages });
  await start();
  for (let i = 0; i < 50; i++) {
    await tell(at.media, "long.jpg");
    await at.parts.clock.advance(3000);
  }
  expect(asked.length).toBe(1);
});

test("a folder that is added is watched from then on", async () => {
  await at.library({ watch: true, ...onlyImages });
  await start();
  mkdirSync(join(at.media, "new/deeper"), { recursive: true });
  await tell(at.media, "new");
  expect(callbacks.has(join(at.media, "new/deeper"))).toBe(true);
});

test("while a scan runs already, it asks again: that scan may be past the change", async () => {
  await at.library({ watch: true, ...onlyImages });
  await start();
  skipped = 1;
  await tell(at.media, "a.jpg");
  await at.parts.clock.advance(5000);
  expect(asked.length).toBe(1);
  skipped = 0;
  await at.parts.clock.advance(5000);
  expect(asked.length).toBe(2);
  await at.parts.clock.advance(60_000);
  expect(asked.length).toBe(2);
});

test("where the system allows no more watches, the library is left to the auto-scan, and says so", async () => {
  const id = await at.library({ watch: true });
  await start({
    watchFolder: (() => {
      throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    }) as unknown as WatchParts["watchFolder"],
  });
  expect(watching.states().get(id)).toEqual({
    mode: "scheduled",
    reason: "the system's limit of inotify watches is reached",
  });
});

test("so is a library of more folders than the bound, and its watches are given back", async () => {
  for (let i = 0; i < 5; i++) at.put(`f${i}/a.jpg`);
  const id = await at.library({ watch: true });
  await start({ maxFolders: 3 });
  expect(watching.states().get(id)?.mode).toBe("scheduled");
  expect(callbacks.size).toBe(0);
});

test("watching is switched on and off with the library's setting, at once", async () => {
  const id = await at.library();
  await start();
  expect(callbacks.size).toBe(0);
  await updateLibrary(at.parts, id, { watch: true });
  await watching.sync();
  expect(watching.states().get(id)).toEqual({ mode: "watching", folders: 1 });
  await updateLibrary(at.parts, id, { watch: false });
  await watching.sync();
  expect(callbacks.size).toBe(0);
});

test("stopping ends a look that is under way: nothing else waits for it", async () => {
  for (let i = 0; i < 30; i++) at.put(`f${i}/a.jpg`);
  await at.library({ watch: true });
  let watched = 0;
  let stopping: Promise<void> | void;
  await start({
    watchFolder: ((folder: string, _: unknown, listener: () => void) => {
      if (++watched === 3)
        queueMicrotask(() => {
          stopping = watching.stop();
        });
      return watchFolder!(folder, {}, listener);
    }) as unknown as WatchParts["watchFolder"],
  });
  await stopping!;
  expect(watched).toBe(3);
  expect(callbacks.size).toBe(0);
});

test("what changes after the end is nobody's business", async () => {
  await at.library({ watch: true, ...onlyImages });
  await start();
  const late = callbacks.get(at.media)!;
  await tell(at.media, "a.jpg");
  await watching.stop();
  mkdirSync(join(at.media, "new"));
  late("rename", "new");
  await settled(40);
  await at.parts.clock.advance(130_000);
  expect(asked).toEqual([]);
  expect(callbacks.size).toBe(0);
});

test("a root that was unmounted and is back is watched anew, and scanned", async () => {
  at.put("2024/a.jpg");
  const id = await at.library({ watch: true, ...onlyImages });
  await start();
  renameSync(at.media, join(at.top, "unmounted"));
  await lookAgain();
  expect(watching.states().get(id)?.mode).toBe("scheduled");
  expect(asked).toEqual([]);
  renameSync(join(at.top, "unmounted"), at.media);
  const before = callbacks.get(at.media);
  await lookAgain();
  expect(callbacks.get(at.media)).not.toBe(before);
  expect([...callbacks.keys()].sort()).toEqual([at.media, join(at.media, "2024")]);
  expect(watching.states().get(id)).toEqual({ mode: "watching", folders: 2 });
  await at.parts.clock.advance(5000);
  expect(asked).toMatchObject([{ kind: "gallery-scan", params: { libraryId: id } }]);
  await lookAgain();
  await at.parts.clock.advance(5000);
  expect(asked.length).toBe(1);
});

test("so is one that was exchanged for another folder between two looks", async () => {
  await at.library({ watch: true, ...onlyImages });
  await start();
  renameSync(at.media, join(at.top, "unmounted"));
  mkdirSync(join(at.media, "other"), { recursive: true });
  await lookAgain();
  expect(callbacks.has(join(at.media, "other"))).toBe(true);
  await at.parts.clock.advance(5000);
  expect(asked.length).toBe(1);
});

test.each(["", "disk"])(
  "a watch that ends by itself is set anew, at the root or below it: %p",
  async (name) => {
    mkdirSync(join(at.media, "disk"));
    await at.library({ watch: true, ...onlyImages });
    await start();
    const place = join(at.media, name);
    const before = callbacks.get(place);
    await tell(place, basename(place));
    expect(callbacks.has(place)).toBe(true);
    expect(callbacks.get(place)).not.toBe(before);
    await at.parts.clock.advance(5000);
    expect(asked.length).toBe(1);
    // That was the mount point; now the disk is back.
    renameSync(place, join(at.top, "mount point"));
    mkdirSync(join(place, "2024"), { recursive: true });
    await lookAgain();
    expect(callbacks.has(join(place, "2024"))).toBe(true);
  },
);

test("the system's own watch tells of a new file", async () => {
  await at.library({ watch: true, ...onlyImages });
  const heard = Promise.withResolvers<void>();
  const { watch } = await import("node:fs");
  await start({
    watchFolder: ((folder: string, options: object, listener: (event: string, name: string) => void) =>
      watch(folder, options, (event, name) => {
        listener(event, String(name));
        heard.resolve();
      })) as WatchParts["watchFolder"],
  });
  at.put("a.jpg");
  await heard.promise;
  await settled();
  await at.parts.clock.advance(130_000);
  expect(asked.length).toBeGreaterThan(0);
});
