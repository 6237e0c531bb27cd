// How much of the processors our work takes and how much other programs do. Looked at only while somebody watches: two
// looks make a figure, and the second comes with the page's next.

import type { Clock } from "../../runtime/clock.ts";
import { type CpuUse, othersPercent, readCpuUse } from "../../yielding/cpu-use.ts";

export interface CpuShares {
  cores: number;
  /** In percent of all cores. */
  ownPercent: number;
  othersPercent: number;
  /** What tools take cannot be told apart here: all of it stands under `othersPercent`. */
  isJoint: boolean;
}

interface Looks {
  at: number;
  use: CpuUse;
  shares: CpuShares | null;
}

const everyMs = 3_000;
/** After longer nobody looked in between, and the mean of that time would say nothing of now. */
const staleMs = 30_000;
const looks = new WeakMap<object, { last?: Looks; next?: Promise<CpuShares | null> }>();

export function cpuSharesNow(clock: Clock, read = readCpuUse): Promise<CpuShares | null> {
  const mine = looks.get(clock) ?? {};
  looks.set(clock, mine);
  const { last } = mine;
  if (last && Math.abs(clock.now() - last.at) < everyMs) return Promise.resolve(last.shares);
  mine.next ??= look(clock, read, last)
    .then((found) => {
      mine.last = found;
      return found.shares;
    })
    // No figure is no fault of the page that shows it.
    .catch(() => null)
    .finally(() => {
      mine.next = undefined;
    });
  return mine.next;
}

async function look(clock: Clock, read: () => Promise<CpuUse>, last: Looks | undefined): Promise<Looks> {
  const at = clock.now();
  const use = await read();
  if (!last || at - last.at > staleMs) return { at, use, shares: null };
  return { at, use, shares: sharesOf(last.use, use) ?? last.shares };
}

/** Undefined where the counters do not say: the machine slept. */
export function sharesOf(before: CpuUse, after: CpuUse): CpuShares | undefined {
  const others = othersPercent(before, after);
  if (others === undefined) return undefined;
  const busy = ((after.busy - before.busy) / (after.total - before.total)) * 100;
  return {
    cores: after.cores,
    ownPercent: Math.max(0, Math.round(busy - others)),
    othersPercent: Math.round(others),
    isJoint: after.own === null,
  };
}
