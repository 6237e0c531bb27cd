// Why a job that is not running waits, with the figures a person needs. Computed when asked, never stored. Several things
// may apply at once: they are listed in the order in which they must pass, and the first one is the answer.

import type { Blocked } from "./budget.ts";
import type { Hold } from "./hold.ts";
import type { Category, Failure, Job, PauseEnd } from "./job.ts";
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
  | "concurrency"
  | "category"
  | "vram"
  | "vram-never"
  | "vram-kept"
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

/** A job that runs now, for the sentences that name it. */
export interface RunningNow {
  id: number;
  /** `Video poster of a.mp4`. */
  name: string;
  queue: string;
  category: Category;
  vramMb: number;
  startedAt: Date;
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
  /** Resumed, and its slot is taken. */
  waitsForSlot?: boolean;
  /** Nobody runs jobs at all. */
  isUnserved?: boolean;
}

type Found = ReasonPart & { steady?: string; gate?: Gate };

/** Undefined for jobs that run or are over. */
export function waitingReason(facts: WaitingFacts): WaitingReason | undefined {
  const { job, position } = facts;
  if (job.status !== "paused" && job.status !== "pending") return undefined;
  const found = [...ownReasons(facts), ...outerReasons(facts)];
  const ahead = (position ?? 1) - 1;
  // A job that stands aside has no place in the line yet.
  const stands = job.status === "pending" && !isDelayed(facts);
  const limit = stands && facts.blocked && byLimit(facts, facts.blocked);
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
      gate: { endsAt: endOf(pause.ends), holdsAll: true },
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
  const gate = { endsAt: endOf(job.pauseEnds), holdsAll: false };
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

function byLimit(facts: WaitingFacts, b: Blocked): Found | undefined {
  const { job, running } = facts;
  const full = (code: WaitingCode, text: string, isOne: (r: RunningNow) => boolean): Found => {
    const named = longest(running.filter(isOne), facts.now);
    return { code, text: `${text}${named.text}`, steady: `${text}${named.steady}` };
  };
  switch (b.by) {
    case "queue":
      return full(
        "concurrency",
        `${b.running} of ${b.limit} ${job.queue} jobs running`,
        (r) => r.queue === job.queue,
      );
    case "category":
      return full(
        "category",
        `${b.running} of ${b.limit} ${b.category} jobs running`,
        (r) => r.category === b.category,
      );
    case "vram":
      return {
        code: "vram",
        text: `Needs ${figure(b.neededMb)} MB of GPU memory; ${figure(b.freeMb)} of ${figure(b.budgetMb)} MB are free${holders(running)}`,
      };
    case "vram-never":
      return {
        code: "vram-never",
        text: `Needs ${figure(b.neededMb)} MB of GPU memory, more than the whole budget of ${figure(b.budgetMb)} MB; raise the GPU memory budget in the settings, or cancel it`,
        gate: never,
      };
    case "reservation":
      return {
        code: "vram-kept",
        text: `${figure(b.heldMb)} MB of GPU memory are kept free for a job of ${facts.kindLabel(b.forLane.kind)} that has waited long`,
      };
    // Told by the holds themselves.
    case "hold":
      return undefined;
  }
}

function behind({ job, isPositionLeast }: WaitingFacts, ahead: number): Found {
  const others = `${figure(ahead)} ${ahead === 1 ? "other" : "others"} in ${job.queue}`;
  return { code: "behind", text: isPositionLeast ? `Behind more than ${others}` : `Behind ${others}` };
}

/** `, the longest for 12 min: Video poster of a.mp4`. */
function longest(running: RunningNow[], now: number): { text: string; steady: string } {
  const [oldest] = running.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  if (!oldest) return { text: "", steady: "" };
  const time = inWords(now - oldest.startedAt.getTime());
  const { name } = oldest;
  return running.length === 1
    ? { text: `: ${name}, for ${time}`, steady: `: ${name}` }
    : { text: `, the longest for ${time}: ${name}`, steady: `, the longest: ${name}` };
}

/** `, 14,800 MB are held by Transcribe of b.mkv and 2 others`. */
function holders(running: readonly RunningNow[]): string {
  const holding = running.filter((r) => r.vramMb > 0).toSorted((a, b) => b.vramMb - a.vramMb);
  if (holding.length === 0) return "";
  const sum = holding.reduce((mb, r) => mb + r.vramMb, 0);
  const others = holding.length - 1;
  const more = others === 0 ? "" : ` and ${others} ${others === 1 ? "other" : "others"}`;
  return `, ${figure(sum)} MB are held by ${holding[0]!.name}${more}`;
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

function endOf(ends: PauseEnd): number | null {
  return ends !== null && typeof ends === "object" ? ends.at : null;
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
