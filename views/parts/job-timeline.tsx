// How a job spent its time: a bar of its stretches, and the same as a list that says what came of each.

import { duration } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Since, When } from "./when.tsx";

export interface Step {
  kind: "waited" | "completed" | "skipped" | "failed" | "cancelled" | "handed back" | "running" | "frozen";
  /** `Attempt 2 failed`. */
  what: string;
  from: Date;
  /** Null: it still goes on. */
  to: Date | null;
  /** Its length until now. */
  seconds: number;
  /** By whom, and why it ended so. */
  notes: string[];
}

export function JobTimeline({ steps }: { steps: Step[] }) {
  return (
    <section class="life">
      <h3>What happened</h3>
      <Bar steps={steps} />
      <ol class="life-steps">
        {steps.map((step) => (
          <li data-kind={step.kind}>
            <Icon name={icons[step.kind]} />
            <span>
              <b>{step.what}</b>
              {step.notes.map((note) => (
                <small class="muted break">{note}</small>
              ))}
            </span>
            <span class="num">{step.to ? duration(step.seconds) : <Since at={step.from} />}</span>
            <small class="num muted">{step.to ? <When at={step.to} /> : null}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A run of 25 ms beside a wait of a day is still seen: lengths are those of the durations' logarithms. */
function Bar({ steps }: { steps: Step[] }) {
  const weights = steps.map(({ seconds }) => 1 + Math.log2(1 + seconds));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let x = 0;
  return (
    <svg class="life-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      {steps.map((step, i) => {
        const width = (weights[i]! / all) * 1000;
        x += width;
        return (
          <rect
            data-kind={step.kind}
            x={(x - width).toFixed(1)}
            y="0"
            width={Math.max(1, width - 3).toFixed(1)}
            height="10"
          >
            <title>{`${step.what}, ${duration(step.seconds)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

const icons: Record<Step["kind"], IconName> = {
  waited: "clock",
  completed: "circle-check",
  skipped: "chevron-right",
  failed: "circle-x",
  cancelled: "ban",
  "handed back": "undo-2",
  running: "play",
  frozen: "snowflake",
};
