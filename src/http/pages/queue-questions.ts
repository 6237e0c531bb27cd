// What is asked before an act on a whole queue or on all of them, with how much it touches.

import { counted, number } from "../../../views/format.ts";
import type { Question } from "../../../views/parts/confirm.tsx";
import type { Tally } from "../../queue/job-store.ts";
import type { PurgeState } from "../api/queues.ts";

const askable = ["cancel", "clear-failed", "retry-failed", "purge"] as const;
type Askable = (typeof askable)[number];

export function isAskable(action: string): action is Askable {
  return (askable as readonly string[]).includes(action);
}

/** What stands in a queue; a run that stands frozen is among the paused. */
export interface QueueCounts extends Tally {
  frozen: number;
}

export const questions: Record<Askable, (name: string, t: QueueCounts, only?: PurgeState) => Question> = {
  cancel: (name, t) => {
    const open = t.running + t.waiting + t.delayed + t.paused;
    return question(name, "cancel", {
      title: `Cancel ${counted(open, "job")} of ${name}?`,
      lines: [
        `${number(t.running)} running, ${number(t.frozen)} frozen, ${number(t.waiting)} waiting, ${number(t.delayed)} delayed, ${number(t.paused - t.frozen)} paused.`,
        "Running jobs stop at once and leave nothing half made. Cancelled jobs can be retried.",
      ],
      verb: `Cancel ${counted(open, "job")}`,
      danger: true,
      isEmpty: open === 0,
    });
  },
  "clear-failed": (name, t) =>
    question(name, "clear-failed", {
      title: `Clear ${counted(t.failed, "failure")} of ${name}?`,
      lines: ["They stay in the database and in the list of cleared failures; only the count goes to zero."],
      verb: `Clear ${counted(t.failed, "failure")}`,
      danger: false,
      isEmpty: t.failed === 0,
    }),
  "retry-failed": (name, t) =>
    question(name, "retry-failed", {
      title: `Retry ${counted(t.failed, "failed job")} of ${name}?`,
      lines: [
        t.cleared > 0
          ? `They start over and keep their history; ${number(t.cleared)} cleared ${t.cleared === 1 ? "one is" : "ones are"} left alone.`
          : "They start over and keep their history.",
        "A job whose input has not changed fails again in the same way.",
      ],
      verb: `Retry ${counted(t.failed, "job")}`,
      danger: false,
      isEmpty: t.failed === 0,
    }),
  purge: (name, t, only) => {
    const of = purgeable(t);
    const n = only ? of[only] : Object.values(of).reduce((sum, some) => sum + some, 0);
    const what = only ? `${only} ` : "";
    const frozen = t.frozen > 0 ? ` (${number(t.frozen)} frozen)` : "";
    const stays =
      t.running + t.frozen > 0
        ? ` ${counted(t.running + t.frozen, "job")} at work${frozen} and all files stay.`
        : " Files stay.";
    return question(name, "purge", {
      title: `Purge ${counted(n, `${what}job`)} of ${name}?`,
      lines: [
        ...(only ? [] : [`${purgeWords.map((state) => `${number(of[state])} ${state}`).join(", ")}.`]),
        `They are removed with their logs and history; that cannot be undone.${stays}`,
      ],
      verb: `Purge ${counted(n, "job")}`,
      danger: true,
      isEmpty: n === 0,
      ...(only ? { fields: [["only", only]] as [string, string][] } : {}),
    });
  },
};

const purgeWords = ["waiting", "delayed", "paused", "failed", "completed", "cancelled"] as const;

/** What a purge would remove: a frozen run is at work, and its job stays. */
export function purgeable(t: QueueCounts): Record<PurgeState, number> {
  return {
    waiting: t.waiting,
    delayed: t.delayed,
    paused: t.paused - t.frozen,
    failed: t.failed + t.cleared,
    completed: t.completed,
    cancelled: t.cancelled,
  };
}

function question(name: string, action: Askable, rest: Omit<Question, "action" | "back">): Question {
  const asked = rest.isEmpty ? { ...rest, title: nothing[action](name), lines: [] } : rest;
  return { ...asked, action: `/admin/jobs/queues/${name}/${action}`, back: "/admin/jobs" };
}

const nothing: Record<Askable, (name: string) => string> = {
  cancel: (name) => `Nothing runs or waits in ${name}.`,
  "clear-failed": (name) => `There are no failures to clear in ${name}.`,
  "retry-failed": (name) => `There are no failures to retry in ${name}.`,
  purge: (name) => `There is nothing to purge in ${name}.`,
};

/** Frozen ones are killed too: their processes stand still. */
export function killQuestion(running: number, frozen: number): Question {
  const n = running + frozen;
  const words = frozen > 0 ? [`${number(running)} running, ${number(frozen)} frozen.`] : [];
  return {
    title: n === 0 ? "Nothing is running." : `Kill ${counted(n, "running job")}?`,
    lines:
      n === 0
        ? []
        : [
            ...words,
            "They stop at once and count as cancelled; each can be retried. Waiting jobs start in their place.",
          ],
    action: "/admin/jobs/kill-all",
    verb: `Kill ${counted(n, "job")}`,
    danger: true,
    isEmpty: n === 0,
    back: "/admin/jobs",
  };
}

export function clearQuestion(failed: number): Question {
  return {
    title: failed === 0 ? "There are no failures to clear." : `Clear ${counted(failed, "failure")}?`,
    lines:
      failed === 0 ? [] : ["In every queue. They stay in the database and in the list of cleared failures."],
    action: "/admin/jobs/clear-failures",
    verb: `Clear ${counted(failed, "failure")}`,
    danger: false,
    isEmpty: failed === 0,
    back: "/admin/jobs",
  };
}
