// What explains a bend in a chart: upgrades, changed settings, scans, pauses. Some of it is noticed here, because those who
// do it have no reason to know of any history.

import { desc, eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { user } from "../db/tables/accounts.ts";
import { seenVersion } from "../db/tables/history.ts";
import { setting } from "../db/tables/settings.ts";
import type { Job } from "../queue/job.ts";
import type { JobStore, Measured } from "../queue/job-store.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import { type HistoryEvent, listEvents, recordEvent } from "./event-log.ts";
import { type SettingsSeen, settingChange } from "./setting-change.ts";

export const markEvents = [
  "upgrade",
  "setting",
  "scan",
  "paused",
  "resumed",
  "restarted",
] as const satisfies readonly HistoryEvent[];

export interface Mark {
  at: Date;
  event: string;
  queue: string | null;
  actor: string | null;
  detail: string | null;
}

export interface MarkParts {
  db: Db;
  clock: Clock;
  events: EventBus;
  store: JobStore;
}

/** The newest that a chart has room for. */
const mostMarks = 500;

/** Oldest first. */
export async function listMarks(db: Db, from: Date, to: Date, hideLibraries: number[] = []): Promise<Mark[]> {
  const found = await listEvents(db, { event: markEvents, from, to, hideLibraries }, mostMarks);
  return found.reverse().map(({ at, event, queue, actor, detail }) => ({ at, event, queue, actor, detail }));
}

/** At the start: whether another build has opened this database before. */
export async function noticeUpgrade(
  parts: MarkParts,
  { version, commit }: { version: string; commit: string | null },
): Promise<void> {
  const { db, clock } = parts;
  const [last] = await db.select().from(seenVersion).orderBy(desc(seenVersion.at)).limit(1);
  if (last?.version === version && last.commit === commit) return;
  await db
    .insert(seenVersion)
    .values({ at: new Date(clock.now()), version, commit })
    .onConflictDoUpdate({ target: seenVersion.at, set: { version, commit } });
  if (last)
    await recordEvent(parts, {
      event: "upgrade",
      detail: `from ${inWords(last)} to ${inWords({ version, commit })}`,
    });
}

/** All that are stored, to be compared with what they become. */
export async function settingsSeen(db: Db): Promise<SettingsSeen> {
  const rows = await db.select({ key: setting.key, value: setting.value }).from(setting);
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/** Which setting, who, and from what to what; `seen` is brought up to date. */
export async function noticeSetting(parts: MarkParts, key: string, seen: SettingsSeen): Promise<void> {
  const [row] = await parts.db
    .select({ by: setting.updatedBy, name: user.name, value: setting.value })
    .from(setting)
    .leftJoin(user, eq(user.id, setting.updatedBy))
    .where(eq(setting.key, key));
  const detail = settingChange(key, seen.get(key) ?? undefined, row?.value ?? undefined);
  seen.set(key, row?.value);
  await recordEvent(parts, { event: "setting", actor: row?.name ?? row?.by ?? null, detail });
}

/** A scan that found something, in the words of its log. One that found nothing bends no chart, and there is one an hour. */
export async function noticeScan(parts: MarkParts, { jobId, queue, outcome }: Measured): Promise<void> {
  if (outcome !== "completed") return;
  const [job, log] = await Promise.all([parts.store.get(jobId), parts.store.log(jobId)]);
  const found = /^(?:\[[^\]]*\] )?(\d+ .* seen: .*)$/m.exec(log)?.[1];
  if (!job || found?.includes(": nothing new")) return;
  const detail = [job.subject.label, found].filter(Boolean).join(": ");
  await recordEvent(parts, { event: "scan", queue, jobId, libraryId: job.subject.group, detail });
}

/** A job whose worker died. */
export async function noticeOrphan(
  parts: MarkParts,
  jobId: number,
  job: Job | undefined,
  again: boolean,
): Promise<void> {
  // A file is named by its own column.
  const isOfFile = job?.subject.type === "file";
  await recordEvent(parts, {
    event: "orphaned",
    queue: job?.queue ?? null,
    jobId,
    fileId: isOfFile ? job.subject.id : null,
    libraryId: job?.subject.group,
    detail:
      [isOfFile ? "" : (job?.subject.label ?? ""), again ? "(runs again)" : ""].join(" ").trim() || null,
  });
}

function inWords({ version, commit }: { version: string; commit: string | null }): string {
  return commit ? `${version} (${commit.slice(0, 7)})` : version;
}
