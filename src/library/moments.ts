// Moments: stretches of a film or sound that somebody marked, or that a digest chose.

import { and, asc, eq, isNull } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import type { FileRow } from "../db/tables/library.ts";
import { exported, type MomentRow, moment } from "../db/tables/media.ts";
import type { Clock } from "../runtime/clock.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import type { EventBus } from "../runtime/events.ts";
import { isPlainName, notPlain } from "../runtime/plain-name.ts";
import { getFile } from "./files.ts";

interface Parts {
  db: Db;
  clock: Clock;
  events: EventBus;
}

export interface MomentInput {
  startMs: number;
  endMs: number;
  /** Default: its times. */
  title?: string;
}

/** In the order of the film. */
export async function listMoments(db: Db, fileId: number): Promise<MomentRow[]> {
  return await db
    .select()
    .from(moment)
    .where(eq(moment.fileId, fileId))
    .orderBy(asc(moment.startMs), asc(moment.id));
}

export async function getMoment(db: Db, id: number): Promise<MomentRow> {
  const [row] = await db.select().from(moment).where(eq(moment.id, id));
  if (!row) throw new NotFound("moment", id);
  return row;
}

/** `Refused` 422 where the stretch does not lie inside the file. */
export async function createMoment(
  { db, clock, events }: Parts,
  fileId: number,
  input: MomentInput,
  by: { userId?: string | undefined; source?: MomentRow["source"] } = {},
): Promise<MomentRow> {
  const file = await getFile(db, fileId);
  const range = rangeIn(file, input);
  const now = new Date(clock.now());
  const [row] = await db
    .insert(moment)
    .values({
      fileId: file.id,
      ...range,
      title: titleOf(input.title, range),
      source: by.source ?? "user",
      createdBy: by.userId ?? null,
      createdAt: now,
      updatedAt: now,
    })
    .returning();
  events.publish({ topic: "file", id: file.id });
  return row!;
}

/** With another stretch, what was exported stays in the list of exports, but is not this moment's any more. */
export async function updateMoment(
  { db, clock, events }: Parts,
  id: number,
  input: Partial<MomentInput>,
): Promise<MomentRow> {
  const before = await getMoment(db, id);
  const file = await getFile(db, before.fileId);
  const range = rangeIn(file, {
    startMs: input.startMs ?? before.startMs,
    endMs: input.endMs ?? before.endMs,
  });
  const wasNamedByTimes = before.title === timesOf(before);
  const title = titleOf(input.title ?? (wasNamedByTimes ? undefined : before.title), range);
  const [row] = await db
    .update(moment)
    .set({ ...range, title, updatedAt: new Date(clock.now()) })
    .where(eq(moment.id, id))
    .returning();
  if (!row) throw new NotFound("moment", id);
  if (!isSameStretch(before, row))
    await db.update(exported).set({ momentId: null }).where(eq(exported.momentId, id));
  events.publish({ topic: "file", id: file.id });
  return row;
}

/** What was exported of it stays. */
export async function removeMoment({ db, events }: Omit<Parts, "clock">, id: number): Promise<MomentRow> {
  const [row] = await db.delete(moment).where(eq(moment.id, id)).returning();
  if (!row) throw new NotFound("moment", id);
  events.publish({ topic: "file", id: row.fileId });
  return row;
}

/** Takes a removal back, under its former id. */
export async function restoreMoment(
  { db, events }: Omit<Parts, "clock">,
  row: MomentRow,
): Promise<MomentRow> {
  const [back] = await db.insert(moment).values(row).onConflictDoNothing().returning();
  events.publish({ topic: "file", id: row.fileId });
  return back ?? row;
}

/** After a change was taken back: what was exported of that stretch is its export again. */
export async function giveBackExport(db: Db, exportId: number, momentId: number): Promise<void> {
  await db
    .update(exported)
    .set({ momentId })
    .where(and(eq(exported.id, exportId), isNull(exported.momentId)));
}

export function isSameStretch(
  a: Pick<MomentRow, "startMs" | "endMs">,
  b: Pick<MomentRow, "startMs" | "endMs">,
): boolean {
  return a.startMs === b.startMs && a.endMs === b.endMs;
}

/** `1:02:03 to 1:02:08.5` */
export function timesOf({ startMs, endMs }: Pick<MomentRow, "startMs" | "endMs">): string {
  return `${onTheClock(startMs)} to ${onTheClock(endMs)}`;
}

/** The stretch, cut to the file's end where it is only just beyond it. */
export function rangeIn(
  { type, durationS, name }: Pick<FileRow, "type" | "durationS" | "name">,
  { startMs, endMs }: Pick<MomentInput, "startMs" | "endMs">,
): { startMs: number; endMs: number } {
  if (type === "image") throw refuse("fileId", `${name} is a picture: nothing can be cut out of it.`);
  if (endMs <= startMs) throw refuse("endMs", "The end must come after the start.");
  if (durationS === null) return { startMs, endMs };
  const lengthMs = Math.round(durationS * 1000);
  const ends = `The file ends at ${onTheClock(lengthMs)} (${lengthMs} ms).`;
  if (startMs >= lengthMs) throw refuse("startMs", ends);
  if (endMs > lengthMs + toleranceMs) throw refuse("endMs", ends);
  return { startMs, endMs: Math.min(endMs, lengthMs) };
}

/** Players round, and measure from another stream's end. */
const toleranceMs = 500;

function titleOf(given: string | undefined, range: Pick<MomentRow, "startMs" | "endMs">): string {
  const title = given?.trim();
  if (!title) return timesOf(range);
  if (!isPlainName(title) || title.length > 200) throw refuse("title", notPlain);
  return title;
}

function onTheClock(ms: number): string {
  const two = (n: number) => String(n % 60).padStart(2, "0");
  const s = Math.floor(ms / 1000);
  const [minutes, hours] = [Math.floor(s / 60), Math.floor(s / 3600)];
  const rest = ms % 1000 === 0 ? "" : (ms / 1000).toFixed(3).replace(/^\d+|0+$/g, "");
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(s)}${rest}`;
}

function refuse(field: string, message: string): Refused {
  return new Refused(422, "moment.range", message, { errors: [{ path: [field], message }] });
}
