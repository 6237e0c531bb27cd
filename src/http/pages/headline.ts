// Is all well? One sentence from what the live view knows anyway: the worst thing first, then how the work stands.

import { rangeInWords, type Seconds } from "../../../views/estimate.ts";
import { counted, number } from "../../../views/format.ts";
import type { HeadlineProps } from "../../../views/parts/headline.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import type { ServerState } from "../../../views/parts/server-state.tsx";
import { type CheckSection, faultsIn } from "../checks/checkup.ts";

interface Shown {
  queues: QueueFigures[];
  state: ServerState;
  /** Causes of failure that nobody has dealt with. */
  problems: number;
}

export function headlineOf(
  { queues, state, problems }: Shown,
  sections: CheckSection[],
  libraries: number,
): HeadlineProps {
  const besides = howWorkStands(queues, state);
  const broken = faultsIn(sections).filter((check) => check.result === "fail");
  const failures = queues.reduce((sum, queue) => sum + queue.failed, 0);
  if (broken.length > 0) {
    const [first] = broken;
    const said =
      broken.length === 1
        ? `Something is broken: ${first!.name}`
        : `${number(broken.length)} things are broken: ${broken.map((check) => check.name).join(", ")}`;
    return { tone: "bad", said, besides, way: { href: "/admin/health", label: "See what to do" } };
  }
  if (state.stuck > 0) {
    const said = `${counted(state.stuck, "running job shows", "running jobs show")} no sign of life`;
    return { tone: "bad", said, besides, way: { href: "/admin/jobs?q=is%3Astuck", label: "Show" } };
  }
  if (failures > 0) {
    const causes = problems > 0 ? ` of ${counted(problems, "cause")}` : "";
    const said = `${counted(failures, "failure")}${causes} ${failures === 1 ? "needs" : "need"} a look`;
    return { tone: "warn", said, besides, way: { href: "/admin/problems", label: "See problems" } };
  }
  if (state.pause) return { tone: "warn", said: "All is well, and paused", besides, way: null };
  if (libraries === 0)
    return {
      tone: "calm",
      said: "Ready for the first library",
      besides: "Nothing is watched yet, so there is nothing to do.",
      way: { href: "/libraries/new/folder", label: "Add a library" },
    };
  return { tone: "good", said: "All is well", besides, way: null };
}

/** `2 running, 18 waiting, done in 3–8 min; 14 more wait in paused queues`. */
function howWorkStands(queues: QueueFigures[], { pause }: ServerState): string {
  const sum = (some: QueueFigures[], of: (queue: QueueFigures) => number) =>
    some.reduce((total, queue) => total + of(queue), 0);
  const backlog = (queue: QueueFigures) => queue.waiting + queue.delayed + queue.paused;
  const halted = queues.filter((queue) => queue.isPaused || queue.isEverythingPaused);
  const moving = queues.filter((queue) => !halted.includes(queue));
  const running = sum(queues, (queue) => queue.active);
  const waiting = sum(moving, backlog);
  const held = sum(halted, backlog);
  const parts = [running > 0 ? `${number(running)} running` : "Nothing runs"];
  if (waiting > 0) parts.push(`${number(waiting)} waiting`);
  const eta = etaOf(moving);
  if (eta) parts.push(`done in ${rangeInWords(eta)}`);
  if (held === 0) return parts.join(", ");
  const where = pause ? "" : halted.filter((queue) => backlog(queue) > 0).map((queue) => queue.name);
  const queuesNamed =
    where === "" || where.length > 2
      ? `in ${where === "" ? "all queues until they are resumed" : `${number(where.length)} paused queues`}`
      : `in ${where.join(" and ")}, which ${where.length === 1 ? "is" : "are"} paused`;
  return `${parts.join(", ")}; ${number(held)}${waiting > 0 ? " more" : ""} ${held === 1 ? "waits" : "wait"} ${queuesNamed}`;
}

/** Queues work side by side: all is done when the slowest is. */
function etaOf(queues: QueueFigures[]): Seconds | null {
  const known = queues.flatMap((queue) =>
    queue.etaRange && queue.active + queue.waiting > 0 ? [queue.etaRange] : [],
  );
  if (known.length === 0) return null;
  return {
    lowS: Math.max(...known.map(({ lowS }) => lowS)),
    highS: Math.max(...known.map(({ highS }) => highS)),
  };
}
