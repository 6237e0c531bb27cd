// What is asked before an act on a whole queue or on all of them, with how much it touches.

import { counted, number } from "../../../views/format.ts";
import type { Question } from "../../../views/parts/confirm.tsx";
import type { Tally } from "../../queue/job-store.ts";

const askable = ["cancel", "clear-failed", "retry-failed", "purge"] as const;
export type Askable = (typeof askable)[number];

export function isAskable(action: string): action is Askable {
  return (askable as readonly string[]).includes(action);
}

export const questions: Record<Askable, (name: string, t: Tally) => Question> = {
  cancel: (name, t) => {
    const open = t.running + t.waiting + t.delayed + t.paused;
    return question(name, "cancel", {
      title: `Cancel ${counted(open, "job")} of ${name}?`,
      lines: [
        `${number(t.running)} running, ${number(t.waiting)} waiting, ${number(t.delayed)} delayed, ${number(t.paused)} held back.`,
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
  purge: (name, t) => {
    const all = t.waiting + t.delayed + t.paused + t.failed + t.cleared + t.completed + t.cancelled;
    return question(name, "purge", {
      title: `Purge ${counted(all, "job")} of ${name}?`,
      lines: [
        `${number(t.waiting)} waiting, ${number(t.delayed)} delayed, ${number(t.paused)} held back, ${number(t.failed + t.cleared)} failed, ${number(t.completed)} completed, ${number(t.cancelled)} cancelled.`,
        "They are removed with their logs and history; that cannot be undone. Running jobs and files are left alone.",
      ],
      verb: `Purge ${counted(all, "job")}`,
      danger: true,
      isEmpty: all === 0,
    });
  },
};

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

export function killQuestion(running: number): Question {
  return {
    title: running === 0 ? "Nothing is running." : `Kill ${counted(running, "running job")}?`,
    lines:
      running === 0
        ? []
        : [
            "They stop at once and count as cancelled; each can be retried. Waiting jobs start in their place.",
          ],
    action: "/admin/jobs/kill-all",
    verb: `Kill ${counted(running, "job")}`,
    danger: true,
    isEmpty: running === 0,
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
