// How fast an encode goes, said now and then in its log.

import type { Run } from "../queue/kind.ts";
import type { Tools } from "./tools.ts";

/** A line for the log every half minute: where it stands and how fast it goes. */
export function speedometer(
  { tools, log }: Pick<Run<unknown, Tools>, "tools" | "log">,
  durationS: number | null,
) {
  let last = { atMs: tools.clock.now(), outS: 0 };
  return (outS: number) => {
    const atMs = tools.clock.now();
    if (atMs - last.atMs < 30_000) return;
    const speed = ((outS - last.outS) * 1000) / (atMs - last.atMs);
    last = { atMs, outS };
    const left = durationS && speed > 0 ? `, about ${onTheClock((durationS - outS) / speed)} left` : "";
    log(
      `${onTheClock(outS)}${durationS ? ` of ${onTheClock(durationS)}` : ""}, ${speed.toFixed(2)}× the speed of playing${left}`,
    );
  };
}

/** `1:02:03`, or `2:03`. */
function onTheClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n % 60).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return `${hours > 0 ? `${hours}:${two(Math.floor(whole / 60))}` : Math.floor(whole / 60)}:${two(whole)}`;
}
