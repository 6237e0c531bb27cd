// Why a job that is not running waits, with the figures a person needs. Computed when asked, never stored. Several things
// may apply at once: they are listed in the order in which they must pass, and the first one is the answer.

import type { Blocked } from "./budget.ts";
import type { Hold } from "./hold.ts";
import { type Failure, type Job, type PauseEnd, pauseEndsAt } from "./job.ts";
import { type LimitCode, limitReason, type RunningNow } from "./limit-reason.ts";
import type { Pause } from "./pause.ts";
import type { Gate } from "./start-estimate.ts";
import { clockTime, figure, inWords } from "./time-words.ts";

export type WaitingCode =
  | "paused"
  | "frozen"
  | "resuming"
  | "kind-unknown"
  | "barred"
  | "no-server"
  | "delayed"
  | "queue-paused"
  | "all-paused"
  | Hold["code"]
  | LimitCode
  | "behind"
  | "next";

export interface ReasonPart {
  code: WaitingCode;
  /** One sentence without a full stop. */
  text: string;
}

export interface WaitingReason extends ReasonPart {
  /** At the head of its queue and held back: the job shows as `queued`. */
  held: boolean;
  /** All that applies, this one first. */
  parts: ReasonPart[];
  /** The sentence without figures that change with the clock, for pages that count to `until` by themselves. */
  steady: string;
  /** When the first reason ends, where that is known. */
  until: Date | null;
  /** What must end before it can start. */
  gates: Gate[];
}

export interface WaitingFacts {
  job: Job;
  now: number;
  /** False when this build cannot run the kind. */
  kindKnown: boolean;
  /** What the kinds of a queue are called, for sentences: `Transcribe`. */
  kindLabel: (kind: string) => string;
  pause: Pause | undefined;
  /** Those that hold this job's lane. */
  holds: readonly Hold[];
  /** What limits keep it from starting, holds aside. */
  blocked: Blocked | undefined;
  /** 1 is next in its queue; undefined when it does not stand in it. */
  position: number | undefined;
  /** Counting stopped there: it stands at `position` or behind. */
  isPositionLeast?: boolean;
  /** Jobs that run on this machine. */
  running: readonly RunningNow[];
  /** Its thing must not be worked on, and why. */
  barred?: string;
  /** Of the run before, when there was one. */
  lastFailure?: Failure | null;
  /** Frozen, told to go on, and its slot is taken. */
  waitsForSlot?: boolean;
  /** Nobody runs jobs at all. */
  isUnserved?: boolean;
}

type Found = ReasonPart & { steady?: string; gate?: Gate };

/** Undefined for jobs that run or are over; one that was frozen and is to go on runs for the store, and still waits. */
export function waitingReason(facts: WaitingFacts): WaitingReason | undefined {
  const { job, position } = facts;
  if (job.status !== "paused" && job.status !== "pending" && !facts.waitsForSlot) return undefined;
  const found = [...ownReasons(facts), ...outerReasons(facts)];
  const ahead = (position ?? 1) - 1;
  // A job that stands aside has no place in the line yet.
  const stands = job.status === "pending" && !isDelayed(facts);
  const limit = stands && facts.blocked && limitReason(facts.blocked, facts);
  const isHeldOnly = found.every(({ code }) => isHold(code));
  const held = stands && ahead === 0 && isHeldOnly && (found.length > 0 || Boolean(limit));
  if (limit) found.push(limit);
  if (stands && ahead > 0) found.push(behind(facts, ahead));
  if (found.length === 0) found.push({ code: "next", text: "Next to start" });
  const parts = found.map(({ code, text }) => ({ code, text }));
  const { code, text, steady = text, gate } = found[0]!;
  const until = gate?.endsAt ? new Date(gate.endsAt) : null;
  return { code, text, steady, until, held, parts, gates: found.flatMap((one) => one.gate ?? []) };
}

export function isHold(code: WaitingCode): code is Hold["code"] {
  return ["window", "load", "disk", "playback", "import"].includes(code);
}

/** What lies in the job itself. */
function ownReasons(facts: WaitingFacts): Found[] {
  const { job } = facts;
  const found: Found[] = [];
  if (facts.waitsForSlot)
    found.push({
      code: "resuming",
      text: `Resumed${atPercent(job)}, and goes on as soon as a ${job.queue} slot is free`,
      gate: never,
    });
  else if (job.status === "paused") found.push(ownPause(facts));
  if (!facts.kindKnown)
    found.push({
      code: "kind-unknown",
      text: `This build does not know jobs of kind ${job.kind}; they stay for one that does`,
      gate: never,
    });
  if (facts.barred) found.push({ code: "barred", text: facts.barred, gate: never });
  if (facts.isUnserved)
    found.push({
      code: "no-server",
      text: "No server runs on this data folder; it waits for one",
      gate: never,
    });
  if (isDelayed(facts))
    found.push({
      code: "delayed",
      ...delay(facts),
      gate: { endsAt: job.runAt!.getTime(), holdsAll: false },
    });
  return found;
}

/** What stands between its whole queue and the worker. */
function outerReasons({ job, now, pause, holds }: WaitingFacts): Found[] {
  const found: Found[] = [];
  if (pause)
    found.push({
      code: pause.everything ? "all-paused" : "queue-paused",
      text: `${pause.everything ? "Everything" : `The queue ${job.queue}`} was paused${byWhom(pause.by, pause.since, now)}, ${untilWhen(pause.ends, now)}`,
      steady: `${pause.everything ? "Everything" : `Queue ${job.queue}`} is paused${byWhom(pause.by)}`,
      gate: { endsAt: pauseEndsAt(pause.ends), holdsAll: true },
    });
  for (const hold of holds) {
    const until = hold.until?.getTime() ?? null;
    const end = until === null ? "" : clockTime(until, now);
    // Whoever wrote the sentence may have said until when.
    const text =
      end === "" || hold.text.includes(end)
        ? hold.text
        : `${hold.text}, until ${end} (for another ${inWords(until! - now)})`;
    found.push({ code: hold.code, text, steady: hold.text, gate: { endsAt: until, holdsAll: true } });
  }
  return found;
}

function ownPause(facts: WaitingFacts): Found {
  const { job, now } = facts;
  const gate = { endsAt: pauseEndsAt(job.pauseEnds), holdsAll: false };
  // The reason to yield may be over, and its worker about to notice.
  if (job.yields)
    return {
      code: "frozen",
      text: `Frozen${atPercent(job)} to yield${toWhat(facts)}`,
      steady: `Frozen${atPercent(job)} to yield${job.pausedBy ? `: ${job.pausedBy}` : ""}`,
    };
  const who = byWhom(job.pausedBy, job.pausedAt, now);
  const end = untilWhen(job.pauseEnds, now);
  if (job.frozen)
    return {
      code: "frozen",
      text: `Frozen${atPercent(job)}${who}, ${end}`,
      steady: `Frozen${atPercent(job)}${byWhom(job.pausedBy)}`,
      gate,
    };
  return { code: "paused", text: `Paused${who}, ${end}`, steady: `Paused${byWhom(job.pausedBy)}`, gate };
}

function toWhat(facts: WaitingFacts): string {
  const [outer] = outerReasons(facts);
  if (outer) return `: ${isHold(outer.code) ? outer.text : uncapitalised(outer.text)}`;
  return facts.job.pausedBy ? `: ${facts.job.pausedBy}` : "";
}

function delay({ job, now, lastFailure }: WaitingFacts): { text: string; steady: string } {
  const at = job.runAt!.getTime();
  const when = `in ${inWords(at - now)} (${clockTime(at, now)})`;
  const after = lastFailure ? `, after ${lastFailure.code}: ${firstLine(lastFailure.message)}` : "";
  const retry = lastFailure ? "Tried again" : "Scheduled";
  const steady = job.retryCount > 0 ? `Retry ${job.retryCount} of ${job.maxRetries}` : retry;
  return { text: `${steady}, ${when}${after}`, steady };
}

function behind({ job, isPositionLeast }: WaitingFacts, ahead: number): Found {
  const others = `${figure(ahead)} ${ahead === 1 ? "other" : "others"} in ${job.queue}`;
  return { code: "behind", text: isPositionLeast ? `Behind more than ${others}` : `Behind ${others}` };
}

function byWhom(by: string | null, since: Date | null = null, now = 0): string {
  const who = by ? ` by ${by}` : "";
  return since ? `${who} ${inWords(now - since.getTime())} ago` : who;
}

function untilWhen(ends: PauseEnd, now: number): string {
  if (ends === null) return "until somebody resumes it";
  if (ends === "playback") return "until playback ends";
  return `until ${clockTime(ends.at, now)} (for another ${inWords(ends.at - now)})`;
}

function atPercent({ progress }: Job): string {
  return progress === null ? "" : ` at ${Math.floor(progress)} %`;
}

function isDelayed({ job, now }: WaitingFacts): boolean {
  return job.status === "pending" && job.runAt !== null && job.runAt.getTime() > now;
}

function firstLine(text: string): string {
  const line = text.split("\n")[0]!.trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

function uncapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const never: Gate = { endsAt: null, holdsAll: false };
