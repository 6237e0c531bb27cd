// What the server does for itself: the nightly copy of the database, forgetting old history, and pictures made in advance.

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { backup, isBackupDue } from "../../src/jobs/backup.ts";
import { imagePrewarm, standardVariants } from "../../src/jobs/image-prewarm.ts";
import { cachedTransform, transformParams } from "../../src/jobs/image-transform.ts";
import { pruneHistory } from "../../src/jobs/prune-history.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { upkeepLoop } from "../../src/jobs/upkeep-loop.ts";
import { backupName, lastHour, listBackups } from "../../src/library/backups.ts";
import { transformCacheLoop } from "../../src/library/transform-cache.ts";
import type { Asked } from "../../src/queue/queue.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

let at: MediaTools;
let now: number;
const setting = { enabled: true, hour: 3, keep: 2 };
const dayMs = 86_400_000;

beforeEach(async () => {
  at = await mediaTools();
  now = new Date(2026, 10, 22, 12).getTime();
  Object.assign(setting, { enabled: true, hour: 3, keep: 2 });
  Object.assign(at.tools, {
    prewarms: true,
    clock: { ...at.tools.clock, now: () => now },
    settings: { get: (key: string) => (key === "backup" ? setting : { days: 90, rows: 1000 }) },
  } as unknown as Tools);
  for (const folder of [at.tools.paths.backups, at.tools.paths.tmp, at.tools.paths.cache])
    await mkdir(folder, { recursive: true });
});
afterEach(() => at.close());

describe("a backup", () => {
  const database = () => {
    const open = openSqlite(at.tools.paths.database);
    migrate(open.sqlite, migrations);
    return open;
  };
  const names = async () => (await listBackups(at.tools.paths)).map(({ origin }) => origin);

  test("is a whole copy that opens, of what was there while others write", async () => {
    const { sqlite, close } = database();
    sqlite.exec("INSERT INTO setting VALUES ('backup', '{\"keep\":5}', 0, NULL)");
    const { lines, progress } = await at.run(backup, { byHand: true });
    close();
    const [made] = await listBackups(at.tools.paths);
    const copy = new Database(join(at.tools.paths.backups, made!.name), { readonly: true });
    expect(copy.query("SELECT value FROM setting").values()).toEqual([['{"keep":5}']]);
    expect(copy.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
    copy.close();
    expect(lines[0]).toContain(`${made!.name}: `);
    expect(lines[0]).toContain("whole, schema");
    expect(Math.max(0, ...progress)).toBeLessThan(100);
    expect(await readdir(at.tools.paths.tmp)).toEqual([]);
  });

  test("by night makes room for itself among nightly ones only", async () => {
    database().close();
    const { backups } = at.tools.paths;
    await writeFile(join(backups, "before-upgrade-from-9-2026-01-01T00-00-00-000Z.db"), "x");
    await writeFile(join(backups, backupName("by hand", now - 9 * dayMs)), "x");
    for (const days of [1, 2, 3])
      await writeFile(join(backups, backupName("nightly", now - days * dayMs)), "x");
    const { lines } = await at.run(backup, { byHand: false });
    expect(await names()).toEqual(["nightly", "nightly", "by hand", "before an upgrade"]);
    expect(lines.at(-1)).toContain("2 nightly ones are kept");
  });

  test("of a damaged database is none", async () => {
    const { sqlite, close } = database();
    sqlite.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
      INSERT INTO setting SELECT 'k' || i, hex(zeroblob(500)), 0, NULL FROM n`);
    close();
    const bytes = Buffer.from(await Bun.file(at.tools.paths.database).bytes());
    bytes.fill(0xff, 4096 * 40, 4096 * 60);
    await writeFile(at.tools.paths.database, bytes);
    await expect(at.run(backup, { byHand: true })).rejects.toThrow();
    expect(await names()).toEqual([]);
    expect(await readdir(at.tools.paths.tmp)).toEqual([]);
  });

  test("that is cancelled leaves nothing", async () => {
    database().close();
    const signal = AbortSignal.abort();
    await expect(at.run(backup, { byHand: true }, { signal })).rejects.toThrow();
    expect(await names()).toEqual([]);
    expect(await readdir(at.tools.paths.tmp)).toEqual([]);
  });
});

describe("by the clock", () => {
  const due = () => isBackupDue(at.tools);
  const asked = async (days: number) => {
    const all: Asked[] = [];
    const queue = {
      knows: () => true,
      async enqueueMany(jobs: Asked[]) {
        all.push(...jobs);
        return { enqueued: jobs.length, skipped: 0, jobIds: [] };
      },
    };
    const loop = upkeepLoop({ ...at.tools, queue });
    for (let turn = 0; turn < days * 24; turn++) {
      await loop.step(new AbortController().signal);
      now += dayMs / 24;
    }
    return all.map(({ kind }) => kind);
  };

  test("a copy is due once the hour has struck since the last, also when the server was off", async () => {
    expect(await due()).toBe(true);
    await writeFile(join(at.tools.paths.backups, backupName("nightly", now)), "x");
    expect(await due()).toBe(false);
    now = lastHour(3, now + dayMs).getTime() - 1;
    expect(await due()).toBe(false);
    now += 2;
    expect(await due()).toBe(true);
    setting.enabled = false;
    expect(await due()).toBe(false);
  });

  test("one by hand does not stand for the night's", async () => {
    await writeFile(join(at.tools.paths.backups, backupName("by hand", now)), "x");
    expect(await due()).toBe(true);
  });

  test("each is asked for once a day, even when it fails every time", async () => {
    const kinds = await asked(3);
    expect(kinds.filter((kind) => kind === "backup")).toHaveLength(4);
    expect(kinds.filter((kind) => kind === "prune-history")).toHaveLength(3);
  });
});

describe("forgetting history", () => {
  const forgetting = (jobs: number, events: number) =>
    Object.assign(at.tools, { forget: async () => ({ jobs, events }) });

  test("says how much went", async () => {
    forgetting(12, 3);
    expect((await at.run(pruneHistory, {})).lines[0]).toStartWith(
      "12 finished jobs and 3 events are forgotten",
    );
  });
  test("is not needed where nothing is too old", async () => {
    forgetting(0, 0);
    expect((await at.run(pruneHistory, {})).result?.notNeeded).toContain("90 days and at most 1000 jobs");
  });
});

describe("making pictures in advance", () => {
  const picture = async (name = "a.png") => {
    await sharp({ create: { width: 2400, height: 1200, channels: 3, background: "red" } })
      .png()
      .toFile(join(at.root, name));
    return (await at.adopt(name)).id;
  };
  const pending = async () => {
    const ids: number[] = [];
    for await (const { fileId } of imagePrewarm.pending!(at.tools)) ids.push(fileId as number);
    return ids;
  };
  /** Nobody knows what the cache takes before it was looked at. */
  const look = (mostBytes?: number) =>
    transformCacheLoop(at.tools, mostBytes).step(new AbortController().signal);

  test("makes what people ask for, once, the newest first", async () => {
    const ids = [await picture(), await picture("b.png")];
    expect(await pending()).toEqual([]);
    await look();
    expect(await pending()).toEqual([ids[1]!, ids[0]!]);
    await at.run(imagePrewarm, { fileId: ids[0]! });
    for (const variant of standardVariants)
      expect(
        await cachedTransform(at.tools, transformParams.parse({ fileId: ids[0], ...variant })),
      ).toBeDefined();
    expect(await pending()).toEqual([ids[1]!]);
  });

  test("is not done where it is switched off", async () => {
    await picture();
    await look();
    at.tools.prewarms = false;
    expect(await pending()).toEqual([]);
  });
});
