// What each setting does at this moment, in figures: what runs under a limit, what is held back, what is kept. Read for
// whoever has the page open; nothing here walks all jobs.

import { and, count, eq, gte } from "drizzle-orm";
import type { SettingFacts } from "../../../views/parts/setting-effect.tsx";
import { quarantine } from "../../db/tables/healing.ts";
import { event } from "../../db/tables/history.ts";
import type { HistoryEvent } from "../../history/event-log.ts";
import { dueBefore } from "../../jobs/purge-trash.ts";
import { autoScanSchedule } from "../../library/auto-scan.ts";
import { listBackups, nextHour } from "../../library/backups.ts";
import { listLibraries } from "../../library/libraries.ts";
import { countTrash } from "../../library/purge.ts";
import { categories } from "../../queue/job.ts";
import { importOrder } from "../../yielding/import-mode.ts";
import type { App } from "../context.ts";
import { quietWeek } from "./quiet-week.ts";

const weekMs = 7 * 86_400_000;
/** The oldest of a million jobs is the same for a while. */
const oldestKeptMs = 30_000;

export function settingFacts(app: App): () => Promise<SettingFacts> {
  const oldest = keptFor(app, oldestKeptMs, () => oldestFinished(app));
  return async () => {
    const now = app.clock.now();
    const [accounts, libraries, autoScan, healing, held, work, oldestAt] = await Promise.all([
      app.accounts.countUsers(),
      listLibraries(app.db),
      autoScanSchedule(app),
      healingFacts(app, now - weekMs),
      app.db
        .select({ n: count() })
        .from(quarantine)
        .then(([row]) => row!.n),
      workFacts(app),
      oldest(),
    ]);
    return {
      accounts,
      libraries: libraries.length,
      nsfw: libraries.filter((row) => row.nsfw).map((row) => row.name),
      autoScan,
      healing,
      held,
      ...work,
      kept: { ...work.kept, oldestAt },
      vram: {
        usedMb: app.worker.vramUsedMb,
        budgetMb: app.worker.limits().vramBudgetMb,
        gpu: app.media.gpus[0]?.name ?? null,
      },
      yielding: app.yielding.state(),
      week: quietWeek(app.settings.get("yield").quietHours, now),
      backups: await backupFacts(app, now),
      trash: await trashFacts(app, now),
      writable: libraries.filter((row) => !row.readOnly).map((row) => row.name),
      importOrder: importOrder(app.queue.catalogue, app.settings.get("importMode")),
    };
  };
}

async function backupFacts({ paths, settings }: App, now: number): Promise<SettingFacts["backups"]> {
  const nightly = (await listBackups(paths)).filter(({ origin }) => origin === "nightly");
  return {
    nightly: nightly.length,
    newestAt: nightly[0]?.at ?? null,
    bytes: nightly.reduce((sum, one) => sum + one.sizeBytes, 0),
    nextAt: nextHour(settings.get("backup").hour, now),
  };
}

async function trashFacts({ db, settings }: Pick<App, "db" | "settings">, now: number) {
  const all = await countTrash(db, { trashedBefore: new Date(now) });
  const tomorrow = dueBefore(settings, now + 86_400_000);
  const due = tomorrow ? (await countTrash(db, { trashedBefore: tomorrow })).files : 0;
  return { ...all, due };
}

async function workFacts({ store }: Pick<App, "store">) {
  const running = Object.fromEntries(categories.map((name) => [name, 0])) as SettingFacts["running"];
  const kept = { finished: 0, failed: 0 };
  for (const { lane, ...n } of await store.tallies()) {
    running[lane.category] += n.running;
    kept.finished += n.completed + n.cancelled;
    kept.failed += n.failed;
  }
  return { running, kept };
}

async function oldestFinished({ store }: Pick<App, "store">): Promise<Date | null> {
  const { jobs } = await store.list({ status: ["completed", "cancelled"] }, "oldest", 0, 1);
  return jobs[0]?.finishedAt ?? null;
}

async function healingFacts({ db }: Pick<App, "db">, since: number): Promise<SettingFacts["healing"]> {
  const times = async (name: HistoryEvent) => {
    const inTime = and(eq(event.event, name), gte(event.at, new Date(since)));
    const [row] = await db.select({ n: count() }).from(event).where(inTime);
    return row!.n;
  };
  const [stuck, healed, orphaned, quarantined] = await Promise.all(
    (["stuck", "auto-heal", "orphaned", "quarantined"] as const).map(times),
  );
  return { stuck: stuck!, healed: healed!, orphaned: orphaned!, quarantined: quarantined! };
}

function keptFor<T>({ clock }: Pick<App, "clock">, ms: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { at: number; answer: Promise<T> } | undefined;
  return () => {
    if (kept && Math.abs(clock.now() - kept.at) < ms) return kept.answer;
    const mine = { at: clock.now(), answer: read() };
    kept = mine;
    mine.answer.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.answer;
  };
}
