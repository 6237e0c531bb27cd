// "For how long?" as forms ask it: a length, a time of the day, the end of playback, or until somebody resumes.

import type { PauseMode } from "../../queue/job-store.ts";
import { Refused } from "../../runtime/errors.ts";
import type { PauseBody } from "../api/pause-body.ts";
import type { App } from "../context.ts";

export interface PauseChoice {
  label: string;
  /** What the field `until` says. */
  value: string;
}

/** The end of playback is offered only while somebody watches: else it would be over at once. */
export function pauseChoices({ yielding }: Pick<App, "yielding">): PauseChoice[] {
  return [
    { label: "15 min", value: "900s" },
    { label: "1 h", value: "3600s" },
    { label: "Until 07:00", value: "07:00" },
    ...(yielding.isPlaying() ? [{ label: "Until playback ends", value: "playback" }] : []),
    { label: "Until resumed", value: "" },
  ];
}

/** The fields `until` and `mode` of a form, as the API takes them. */
export function pauseBodyOf(app: Pick<App, "clock">, form: Record<string, unknown>): PauseBody {
  const mode: { mode?: PauseMode } = form.mode === "freeze" ? { mode: "freeze" } : {};
  const chosen = typeof form.until === "string" ? form.until : "";
  const until = chosen === "other" ? otherEnd(form.other) : chosen;
  if (until === "") return mode;
  if (until === "playback") return { untilPlaybackEnds: true, ...mode };
  const length = /^(\d{1,8})s$/.exec(until);
  if (length) return { forS: Number(length[1]), ...mode };
  const time = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(until);
  if (time)
    return {
      until: nextTime(app.clock.now(), Number(time[1]), Number(time[2])).toISOString(),
      ...mode,
    };
  if (Number.isNaN(Date.parse(until)))
    throw new Refused(422, "pause.until", "This is not a time to pause until.", {
      errors: [{ path: ["until"], message: "Not a time." }],
    });
  return { until: new Date(until).toISOString(), ...mode };
}

/** What somebody typed: `90 min`, `2 h 30 min`, a bare number of minutes, or a time of the day. */
function otherEnd(typed: unknown): string {
  const text = String(typed ?? "")
    .trim()
    .toLowerCase();
  if (/^([01]?\d|2[0-3]):[0-5]\d$/.test(text)) return text.padStart(5, "0");
  const parts =
    /^(?:(\d{1,4})\s*(?:d|days?))?\s*(?:(\d{1,5})\s*h(?:ours?)?)?\s*(?:(\d{1,6})\s*(?:m|min|minutes?)?)?$/.exec(
      text,
    );
  const [days, hours, minutes] = (parts ?? []).slice(1).map((n) => Number(n ?? 0));
  const s = parts ? days! * 86_400 + hours! * 3600 + minutes! * 60 : 0;
  if (s > 0) return `${s}s`;
  const message = "Write how long or until when: 90 min, 2 h 30 min, 3 days or 22:30.";
  throw new Refused(422, "pause.until", message, { errors: [{ path: ["other"], message }] });
}

/** In the server's time zone. */
function nextTime(now: number, hours: number, minutes: number): Date {
  const at = new Date(now);
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at;
}
