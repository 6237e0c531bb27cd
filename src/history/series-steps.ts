// How a chart's time is cut: which lengths of a step there are, for how long each is kept, and where its buckets begin.

import { Refused } from "../runtime/errors.ts";
import { dayAfter, startOfDay } from "./calendar.ts";
import type { Level } from "./measure-store.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long each level is kept. */
export const keptMs: Record<Level, number> = {
  minute: 48 * hourMs,
  tenMinutes: 30 * dayMs,
  hour: 400 * dayMs,
  // A few KB a year per kind; longer than charts reach, for the comparison with the year before.
  day: 5 * 366 * dayMs,
};

const dayS = 86_400;
/** The lengths of a step, and the level that it is cut from. */
const steps: { stepS: number; level: Level }[] = [
  { stepS: 60, level: "minute" },
  { stepS: 120, level: "minute" },
  { stepS: 600, level: "tenMinutes" },
  { stepS: 1800, level: "tenMinutes" },
  { stepS: 3600, level: "hour" },
  { stepS: 7200, level: "hour" },
  { stepS: 21_600, level: "hour" },
  { stepS: 43_200, level: "hour" },
  { stepS: dayS, level: "day" },
];
export const stepsS = steps.map((s) => s.stepS);

/** Of a chart that chooses its own step and does not say how many it has room for. */
const pointsWanted = 500;
const mostPoints = 2000;
export const longestMs = 400 * dayMs;
/** `Refused` 422, naming what is allowed, for a span or a step that cannot be answered. */
export function chosenStep(
  { from, to, stepS, points = pointsWanted }: { from: Date; to: Date; stepS?: number; points?: number },
  now: number,
): { stepS: number; level: Level } {
  const lengthMs = to.getTime() - from.getTime();
  if (!(lengthMs > 0)) refuse("from", "`from` must lie before `to`.");
  if (lengthMs > longestMs) refuse("from", `At most ${longestMs / dayMs} days at once.`);
  const age = now - from.getTime();
  const fitting = steps.filter((s) => age <= keptMs[s.level] || s.level === "day");
  if (stepS === undefined)
    return fitting.find((s) => lengthMs / (s.stepS * 1000) <= points) ?? fitting.at(-1)!;
  const step = steps.find((s) => s.stepS === stepS);
  if (!step) refuse("step", `\`step\` is one of ${stepsS.join(", ")} seconds.`);
  if (!fitting.includes(step!))
    refuse(
      "step",
      `Steps of ${stepS} s are kept for ${words(keptMs[step!.level])}; that far back ${fitting[0]!.stepS} s is the least.`,
    );
  if (lengthMs / (stepS * 1000) > mostPoints)
    refuse("step", `That would be more than ${mostPoints} points; take a longer \`step\` or a shorter time.`);
  return step!;
}

function refuse(field: string, message: string): never {
  throw new Refused(422, "input.invalid", message, { errors: [{ path: [field], message }] });
}

function words(ms: number): string {
  return ms <= 2 * dayMs ? `${ms / hourMs} hours` : `${ms / dayMs} days`;
}

export function startsOf(from: number, to: number, stepS: number): number[] {
  const starts: number[] = [];
  for (let at = startOf(from, stepS); at < to; at = endOf(at, stepS)) starts.push(at);
  return starts;
}

export function startOf(at: number, stepS: number): number {
  return stepS === dayS ? startOfDay(at) : at - (at % (stepS * 1000));
}

export function endOf(start: number, stepS: number): number {
  return stepS === dayS ? dayAfter(start, 1) : start + stepS * 1000;
}
