// "For how long?": how requests say when a pause ends, and whether what runs stands still meanwhile.

import { z } from "@hono/zod-openapi";
import type { PauseEnd } from "../../queue/job.ts";
import type { PauseMode } from "../../queue/job-store.ts";
import { Refused } from "../../runtime/errors.ts";
import type { App } from "../context.ts";

/** A year at most. */
const seconds = z.number().int().min(1).max(31_536_000);
const moment = z.iso.datetime({ offset: true });

const rest = {
  untilPlaybackEnds: z.boolean().optional(),
  mode: z.enum(["drain", "freeze"]).optional().openapi({
    description: "`drain` (default) lets running jobs end, `freeze` stops them where they are",
  }),
};
/** For jobs and for everything. */
export const pauseFields = { forS: seconds.optional(), until: moment.optional(), ...rest };
/** For one queue, beside its other fields. */
export const queuePauseFields = { pauseForS: seconds.optional(), pauseUntil: moment.optional(), ...rest };

export interface PauseBody {
  forS?: number;
  until?: string;
  pauseForS?: number;
  pauseUntil?: string;
  untilPlaybackEnds?: boolean;
  mode?: PauseMode;
}

/**
 * Null until somebody resumes. Contradictions and moments that are past are refused, not guessed at. `under`: where in
 * the request these fields stand, as `params.`
 */
export function pauseEndOf(app: Pick<App, "clock" | "yielding">, body: PauseBody, under = ""): PauseEnd {
  const named = endsNamed(body);
  if (named.length > 1) refuse(under + named[1]!, `Either ${named[0]} or ${named[1]}, not both.`);
  const forS = body.forS ?? body.pauseForS;
  const until = body.until ?? body.pauseUntil;
  if (body.untilPlaybackEnds) {
    if (!app.yielding.isPlaying()) refuse(`${under}untilPlaybackEnds`, "Nobody watches anything now.");
    return "playback";
  }
  if (forS === undefined && until === undefined) return null;
  const at = forS === undefined ? Date.parse(until!) : app.clock.now() + forS * 1000;
  if (at <= app.clock.now()) refuse(under + named[0]!, "That time is past.");
  return { at };
}

/** The field that names the end, if any does. */
export function namedEnd(body: PauseBody): string | undefined {
  return endsNamed(body)[0];
}

export function endInWords(ends: PauseEnd): string | null {
  if (ends === null) return null;
  return ends === "playback" ? "until playback ends" : `until ${new Date(ends.at).toISOString()}`;
}

/** Of a field inside another, `outer.inner`. */
export function refuse(field: string, message: string): never {
  throw new Refused(422, "input.invalid", message, { errors: [{ path: field.split("."), message }] });
}

function endsNamed(body: PauseBody): string[] {
  const ends = ["forS", "until", "pauseForS", "pauseUntil"] as const;
  const named: string[] = ends.filter((field) => body[field] !== undefined);
  return body.untilPlaybackEnds ? [...named, "untilPlaybackEnds"] : named;
}
