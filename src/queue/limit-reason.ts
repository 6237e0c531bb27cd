// The sentence for a job that a limit keeps from starting: slots, categories, GPU memory, and which jobs hold them.

import type { Blocked } from "./budget.ts";
import type { Category, Job } from "./job.ts";
import type { Gate } from "./start-estimate.ts";
import { figure, inWords } from "./time-words.ts";

export type LimitCode = "concurrency" | "category" | "vram" | "vram-never" | "vram-kept";

export interface LimitReason {
  code: LimitCode;
  text: string;
  steady?: string;
  /** Where it will never pass by itself. */
  gate?: Gate;
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

export interface LimitFacts {
  job: Pick<Job, "queue">;
  running: readonly RunningNow[];
  kindLabel: (kind: string) => string;
  now: number;
}

/** Undefined for reasons to yield, which tell of themselves. */
export function limitReason(
  b: Blocked,
  { job, running, kindLabel, now }: LimitFacts,
): LimitReason | undefined {
  const full = (code: LimitCode, text: string, isOne: (r: RunningNow) => boolean): LimitReason => {
    const named = longest(running.filter(isOne), now);
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
        gate: { endsAt: null, holdsAll: false },
      };
    case "reservation":
      return {
        code: "vram-kept",
        text: `${figure(b.heldMb)} MB of GPU memory are kept free for a job of ${kindLabel(b.forLane.kind)} that has waited long`,
      };
    case "hold":
      return undefined;
  }
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
