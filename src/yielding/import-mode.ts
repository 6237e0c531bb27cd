// Import mode, for a first import: queues run one after another in the suggested order, so that the whole library can be
// seen soon and is understood later. A queue waits until those before it have nothing left that could run.

import type { LaneTally } from "../queue/job-store.ts";
import type { Catalogue, QueueSpec } from "../queue/kind.ts";
import type { ImportModeSetting } from "../settings/yield.ts";
import type { Found, HoldSource } from "./source.ts";

/** What a queue has left to do that nobody has paused. */
export interface Left {
  waiting: number;
  /** Put back for a short while. */
  delayed: number;
  running: number;
}

export interface ImportParts {
  catalogue: Catalogue;
  setting(): ImportModeSetting;
  tallies(): Promise<LaneTally[]>;
  /** When the next delayed job falls due, in milliseconds since 1970. */
  nextDue(): Promise<number | undefined>;
  /** Work that will not run for now whatever goes before: paused by somebody, or too large for this machine. */
  standsStill(lane: LaneTally["lane"]): boolean;
  now(): number;
  /** Everything has drained: switches it off. */
  finish(): Promise<void>;
}

const everyMs = 2_000;
/** A job that is delayed for longer does not keep the queues after it waiting. */
const soonMs = 15 * 60_000;
/** One kind enqueues the next: only when nothing has come for so long is an import over. */
const drainedMs = 60_000;

export function importModeSource(parts: ImportParts): HoldSource {
  const { catalogue, setting, now } = parts;
  let left: ReadonlyMap<string, Left> = new Map();
  let since: number | undefined;
  let emptySince: number | undefined;
  let hadWork = false;

  return {
    name: "import mode",
    everyMs,
    atStart: true,
    async step() {
      if (!setting().enabled) {
        since = emptySince = undefined;
        hadWork = false;
        left = new Map();
        return;
      }
      since ??= now();
      const [tallies, due] = await Promise.all([parts.tallies(), parts.nextDue()]);
      left = leftOf(tallies, due !== undefined && due - now() <= soonMs, (tally) => {
        return catalogue.find(tally.lane.kind) !== undefined && !parts.standsStill(tally.lane);
      });
      const isEmpty = importOrder(catalogue, setting()).every((queue) => !left.has(queue));
      emptySince = isEmpty ? (emptySince ?? now()) : undefined;
      hadWork ||= !isEmpty;
      if (hadWork && emptySince !== undefined && now() - emptySince >= drainedMs) await parts.finish();
    },
    found() {
      if (!setting().enabled || since === undefined) return [];
      return importHolds(importOrder(catalogue, setting()), left, since);
    },
  };
}

/** The catalogue's queues by weight: what is important for what it costs comes first. */
export function suggestedOrder({ queues }: Pick<Catalogue, "queues">): string[] {
  return queues
    .filter(takesPart)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ name }) => name);
}

/** The queues that somebody has put first, then the others. */
export function importOrder(
  catalogue: Pick<Catalogue, "queues">,
  { order = [] }: ImportModeSetting,
): string[] {
  const suggested = suggestedOrder(catalogue);
  const first = [...new Set(order)].filter((name) => suggested.includes(name));
  return [...first, ...suggested.filter((name) => !first.includes(name))];
}

/** One hold for each queue that waits for another, which it names: the nearest before it that has work. */
export function importHolds(
  order: readonly string[],
  left: ReadonlyMap<string, Left>,
  since: number,
): Found[] {
  let before: string | undefined;
  return order.flatMap((queue): Found[] => {
    const after = before;
    if (left.has(queue)) before = queue;
    if (after === undefined) return [];
    return [
      {
        code: "import",
        text: `Import mode: after ${after} (${inWords(left.get(after)!)})`,
        since: new Date(since),
        until: null,
        mode: "drain",
        holds: (lane) => lane.queue === queue,
        substance: `import ${queue} ${after}`,
        isIdle: !left.has(queue),
      },
    ];
  });
}

/** What the queues have left, of the lanes that count. */
export function leftOf(
  tallies: readonly LaneTally[],
  delayedAreSoon: boolean,
  counts: (tally: LaneTally) => boolean,
): Map<string, Left> {
  const all = new Map<string, Left>();
  for (const tally of tallies) {
    const { waiting, running } = tally;
    const delayed = delayedAreSoon ? tally.delayed : 0;
    if (waiting + delayed + running === 0 || !counts(tally)) continue;
    const sum = all.get(tally.lane.queue) ?? { waiting: 0, delayed: 0, running: 0 };
    all.set(tally.lane.queue, {
      waiting: sum.waiting + waiting,
      delayed: sum.delayed + delayed,
      running: sum.running + running,
    });
  }
  return all;
}

/** Somebody waits for interactive work, and upkeep is none of an import. */
function takesPart({ interactive, section }: QueueSpec): boolean {
  return !interactive && section !== "Upkeep";
}

function inWords({ waiting, delayed, running }: Left): string {
  if (waiting > 0) return `${waiting.toLocaleString("en")} waiting`;
  if (running > 0) return `${running.toLocaleString("en")} running`;
  return `${delayed.toLocaleString("en")} to be tried again`;
}
