// What is asked before something is done to all jobs that match: which verb, and for how many it is possible.

import { counted, number } from "../../../views/format.ts";
import type { AllProps } from "../../../views/pages/operations.tsx";
import type { Question } from "../../../views/parts/confirm.tsx";
import type { OperationAction, OperationParams } from "../../queue/operation-actions.ts";
import type { OperationCount } from "../../queue/operation-count.ts";
import type { App } from "../context.ts";
import { imperative, passive } from "./bulk-words.ts";
import { filterFields, type JobsQuery, jobsSearch } from "./jobs-query.ts";
import { pauseChoices } from "./pause-form.ts";

export interface Asked {
  action: OperationAction;
  params: OperationParams;
}

/** Verbs that are possible for some of them. */
export function allProps(
  app: App,
  query: JobsQuery,
  { matched, byStatus, isLeast }: OperationCount,
): AllProps {
  const n = (...statuses: (keyof typeof byStatus)[]) =>
    statuses.reduce((sum, s) => sum + (byStatus[s] ?? 0), 0);
  const verbs = [
    { verb: "retry", label: "Retry", n: n("failed", "cancelled") },
    { verb: "cancel", label: "Cancel", n: n("pending", "running", "paused") },
    { verb: "resume", label: "Resume", n: n("paused") },
    { verb: "acknowledge", label: "Clear failures", n: n("failed") },
    { verb: "unacknowledge", label: "Bring failures back", n: query.status === "cleared" ? n("failed") : 0 },
    { verb: "remove", label: "Remove", n: matched - n("running") },
  ];
  const most = isLeast ? `the ${number(matched)} or more jobs` : counted(matched, "job");
  return {
    what: filterFields(query).length > 0 ? `${most} that match` : `all ${most}`,
    fields: filterFields(query),
    // "Cancel" alone would read as the way out.
    verbs: verbs
      .filter((verb) => verb.n > 0)
      .map(({ verb, label, n }) => ({ verb, label: isLeast ? `${label}…` : `${label} ${number(n)}…` })),
    mayPause: n("pending", "running") > 0,
    mayReorder: n("pending", "paused") > 0,
    pauses: pauseChoices(app),
    back: `/admin/jobs${jobsSearch(query)}`,
  };
}

export function questionOf(
  asked: Asked,
  { matched, legal, byStatus, isLeast }: OperationCount,
  query: JobsQuery,
  form: Record<string, string>,
): Question {
  // Counting goes on: that none is found so far says nothing.
  const isOpen = isLeast && legal === 0;
  const some = isOpen ? "all jobs that match" : `${isLeast ? "at least " : ""}${counted(legal, "job")}`;
  const states = statesInWords(byStatus);
  const rest = matched - legal;
  const params = ["verb", "until", "priority"].flatMap((name): [string, string][] =>
    form[name] === undefined ? [] : [[name, form[name]]],
  );
  return {
    title: legal === 0 && !isOpen ? `None of them can be ${passive(asked)}.` : `${imperative(asked, some)}?`,
    lines: [
      ...(isOpen
        ? []
        : [`${isLeast ? "At least " : ""}${counted(matched, "job matches", "jobs match")}${states}.`]),
      ...(rest > 0 && legal > 0 ? [staysInWords(asked, rest)] : []),
      ...(legal === 0 && !isOpen ? [] : [consequence(asked.action)]),
    ],
    action: "/admin/jobs/all",
    fields: [...filterFields(query), ...params],
    verb: imperative(asked, isLeast ? "all that match" : counted(legal, "job")),
    danger: asked.action === "remove" || asked.action === "cancel",
    isEmpty: legal === 0 && !isOpen,
    back: `/admin/jobs${jobsSearch(query)}`,
  };
}

/** Of those that are ticked. */
export function tickedQuestion(
  asked: Asked,
  ids: number[],
  { matched, legal, byStatus }: OperationCount,
): Question {
  const some = counted(legal, "ticked job");
  const rest = ids.length - legal;
  return {
    title: legal === 0 ? `None of the ticked jobs can be ${passive(asked)}.` : `${imperative(asked, some)}?`,
    lines: [
      `${counted(matched, "job is", "jobs are")} ticked${statesInWords(byStatus)}.`,
      ...(rest > 0 && legal > 0 ? [staysInWords(asked, rest)] : []),
      ...(legal === 0 ? [] : [consequence(asked.action)]),
    ],
    action: "/admin/jobs/bulk",
    fields: [["verb", asked.action], ...ids.map((id): [string, string] => ["ids", String(id)])],
    verb: imperative(asked, counted(legal, "job")),
    danger: asked.action === "remove" || asked.action === "cancel",
    isEmpty: legal === 0,
    back: "/admin/jobs",
  };
}

function staysInWords(asked: Asked, rest: number): string {
  return `${number(rest)} cannot be ${passive(asked)} and ${rest === 1 ? "stays as it is" : "stay as they are"}.`;
}

/** `: 2 waiting, 1 running`. */
function statesInWords(byStatus: OperationCount["byStatus"]): string {
  const states = Object.entries(byStatus).map(
    ([status, n]) => `${number(n)} ${status === "pending" ? "waiting" : status}`,
  );
  return states.length > 0 ? `: ${states.join(", ")}` : "";
}

function consequence(action: OperationAction): string {
  if (action === "remove")
    return "They go with their logs and history, which nothing brings back. It begins after ten seconds, so that you can think again.";
  const undo = "It can be undone for seven days.";
  if (action === "cancel") return `Running ones stop at once and leave nothing half made. ${undo}`;
  if (action === "pause") return `Running ones stand still where they are. ${undo}`;
  return undo;
}
