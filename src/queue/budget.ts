// What one machine may run at once: jobs per queue, jobs per category, and GPU memory. In memory, because GPU memory
// belongs to a machine. A job that does not fit is passed over, never waited for; once one has been passed over for
// long, what it needs is kept free for it, so that smaller ones cannot starve it.

import type { Hold } from "./hold.ts";
import { type Category, categories } from "./job.ts";
import type { Lane } from "./job-store.ts";

export interface Limits {
  /** Global multiplier on every queue's base, 1–16. */
  multiplier: number;
  category: Record<Category, number>;
  /** GPU memory in MB that jobs may reserve together. */
  vramBudgetMb: number;
}

/** Why a lane's head cannot start now, with the figures a person needs. */
export type Blocked =
  | { by: "queue"; running: number; limit: number }
  | { by: "category"; category: Category; running: number; limit: number }
  | { by: "vram"; neededMb: number; freeMb: number; budgetMb: number }
  | { by: "vram-never"; neededMb: number; budgetMb: number }
  | { by: "reservation"; forLane: Lane; heldMb: number }
  | { by: "hold"; hold: Hold };

export interface QueueLimit {
  base: number;
  /** Set by the owner in place of base × multiplier. */
  override: number | null;
}

export class Budget {
  private readonly perQueue = new Map<string, number>();
  private readonly perCategory = new Map<Category, number>(categories.map((c) => [c, 0]));
  private usedMb = 0;
  /** Since when a lane's head has been passed over for want of memory. */
  private readonly passedOverSince = new Map<number, { lane: Lane; since: number }>();

  constructor(
    private readonly limits: () => Limits,
    private readonly reserveAfterMs = 60_000,
  ) {}

  take(lane: Lane): void {
    this.perQueue.set(lane.queue, this.runningIn(lane.queue) + 1);
    this.perCategory.set(lane.category, this.perCategory.get(lane.category)! + 1);
    this.usedMb += lane.vramMb;
    this.passedOverSince.delete(lane.id);
  }

  /** Keeps free what any one of these lanes of one queue may take: which of them it will be is not known yet. */
  keepFor(lanes: readonly Lane[]): void {
    this.keep(lanes, 1);
  }

  endKeeping(lanes: readonly Lane[]): void {
    this.keep(lanes, -1);
  }

  private keep(lanes: readonly Lane[], by: 1 | -1): void {
    const { queue } = lanes[0]!;
    this.perQueue.set(queue, this.runningIn(queue) + by);
    for (const category of new Set(lanes.map((l) => l.category)))
      this.perCategory.set(category, this.perCategory.get(category)! + by);
    this.usedMb += by * Math.max(...lanes.map((l) => l.vramMb));
  }

  give(lane: Lane): void {
    this.giveSlot(lane);
    this.giveMemory(lane);
  }

  giveMemory(lane: Lane): void {
    this.usedMb -= lane.vramMb;
  }

  /** A frozen run leaves its slots to others; the GPU memory it holds stays taken. */
  giveSlot(lane: Lane): void {
    this.perQueue.set(lane.queue, this.runningIn(lane.queue) - 1);
    this.perCategory.set(lane.category, this.perCategory.get(lane.category)! - 1);
  }

  /** False when there is none: what was frozen must wait to go on. */
  takeSlot(lane: Lane, queue: QueueLimit): boolean {
    if (this.slotTaken(lane, queue)) return false;
    this.perQueue.set(lane.queue, this.runningIn(lane.queue) + 1);
    this.perCategory.set(lane.category, this.perCategory.get(lane.category)! + 1);
    return true;
  }

  runningIn(queue: string): number {
    return this.perQueue.get(queue) ?? 0;
  }

  get vramUsedMb(): number {
    return this.usedMb;
  }

  queueLimit(limit: QueueLimit): number {
    return limit.override ?? Math.max(1, Math.round(limit.base * this.limits().multiplier));
  }

  /** Undefined when the lane's head may start now. Changes nothing. */
  blocked(lane: Lane, queue: QueueLimit, now: number): Blocked | undefined {
    const taken = this.slotTaken(lane, queue);
    if (taken) return taken;
    const { vramBudgetMb } = this.limits();
    if (lane.vramMb === 0) return undefined;
    if (lane.vramMb > vramBudgetMb)
      return { by: "vram-never", neededMb: lane.vramMb, budgetMb: vramBudgetMb };
    const freeMb = vramBudgetMb - this.usedMb;
    // Below nothing once the budget was made smaller than what runs.
    if (lane.vramMb > freeMb)
      return { by: "vram", neededMb: lane.vramMb, freeMb: Math.max(0, freeMb), budgetMb: vramBudgetMb };
    const reserved = this.reservation(now);
    if (reserved && reserved.id !== lane.id && lane.vramMb > freeMb - reserved.vramMb)
      return { by: "reservation", forLane: reserved, heldMb: reserved.vramMb };
    return undefined;
  }

  private slotTaken(lane: Lane, queue: QueueLimit): Blocked | undefined {
    const limit = this.queueLimit(queue);
    const running = this.runningIn(lane.queue);
    if (running >= limit) return { by: "queue", running, limit };
    const inCategory = this.perCategory.get(lane.category)!;
    const most = this.limits().category[lane.category];
    if (inCategory >= most)
      return { by: "category", category: lane.category, running: inCategory, limit: most };
    return undefined;
  }

  /** Remembers that a lane with work was passed over for want of memory, so that it gets its reservation in time. */
  passOver(lane: Lane, why: Blocked, now: number): void {
    if (why.by === "vram-never") this.forget(lane.id);
    if (why.by === "vram" && !this.passedOverSince.has(lane.id))
      this.passedOverSince.set(lane.id, { lane, since: now });
  }

  /** A lane that has no work any more, or whose work may not start, holds nothing. */
  forget(laneId: number): void {
    this.passedOverSince.delete(laneId);
  }

  private reservation(now: number): Lane | undefined {
    let oldest: { lane: Lane; since: number } | undefined;
    for (const entry of this.passedOverSince.values())
      if (now - entry.since >= this.reserveAfterMs && (!oldest || entry.since < oldest.since)) oldest = entry;
    return oldest?.lane;
  }
}
