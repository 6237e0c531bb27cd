// Events of the history in the words of people: who by name, settings by their labels, bulk acts and pauses as sentences.

import { counted } from "../../../views/format.ts";
import { detailWords } from "../../../views/parts/event-words.ts";
import type { RecordedEvent } from "../../history/event-log.ts";
import type { Field } from "../../settings/rows.ts";
import type { SettingView } from "../../settings/settings.ts";
import { filterHref, filterInWords } from "./filter-words.ts";

export interface EventLine extends Pick<RecordedEvent, "at" | "event" | "queue" | "ageS"> {
  id: number;
  jobId: number | null;
  file: { id: number; path: string | null } | null;
  /** Null: the server by itself. `email` is none of somebody whose account is gone. */
  who: { name: string; email: string | null } | null;
  detail: string;
  /** Below the base path: what the detail is about. */
  href: string | null;
}

export interface EventWords {
  people: { name: string; email: string }[];
  settings: Pick<SettingView, "key" | "label" | "fields">[];
}

type Told = Pick<RecordedEvent, "at" | "event" | "queue" | "actor" | "detail"> & Partial<RecordedEvent>;

export function eventLine(e: Told, known: EventWords): EventLine {
  return {
    id: e.id ?? 0,
    at: e.at,
    event: e.event,
    queue: e.queue,
    ageS: e.ageS ?? null,
    jobId: e.jobId ?? null,
    file: e.fileId == null ? null : { id: e.fileId, path: e.filePath ?? null },
    who: personOf(e.actor, known.people),
    ...detailOf(e, known),
  };
}

/** Older entries hold addresses, newer ones names. */
export function personOf(actor: string | null, people: EventWords["people"]): EventLine["who"] {
  if (actor === null) return null;
  const one = people.find(({ email }) => email === actor) ?? people.find(({ name }) => name === actor);
  return { name: one?.name ?? actor, email: one?.email ?? (actor.includes("@") ? actor : null) };
}

function detailOf(e: Told, { settings }: EventWords): Pick<EventLine, "detail" | "href"> {
  const detail = e.detail ?? "";
  if (e.event === "setting") return settingWords(detail, settings);
  if (e.event === "bulk") return operationWords(detail) ?? { detail: detailWords(detail), href: null };
  const handedBack = e.event === "restarted" && /^(\d+) handed back$/.exec(detail);
  if (handedBack)
    return { detail: `${counted(Number(handedBack[1]), "job")} went back to waiting`, href: null };
  // What a person paused or resumed without naming a queue or a job was everything.
  const isPause = e.event === "paused" || e.event === "resumed";
  const everything = isPause && !e.queue && !e.jobId && e.actor !== null ? "every queue" : "";
  return { detail: [everything, detailWords(detail)].filter(Boolean).join(" "), href: null };
}

/** `retention.days: 90 → 30` is `History, Keep for: 90 → 30 days`. */
export function settingWords(
  detail: string,
  settings: EventWords["settings"],
): Pick<EventLine, "detail" | "href"> {
  const parts = detail.split(/, (?=[a-z]\w*(?:\.[\w-]+)*: )/i).map((text) => {
    const [path = "", change] = text.split(/: (.*)/s);
    const [key, ...rest] = path.split(".");
    const setting = settings.find((one) => one.key === key);
    if (!setting) return text;
    const field = setting.fields.find(({ part }) => part === rest.join("."));
    const name = rest.length > 0 ? `${setting.label}, ${field?.label ?? rest.join(" ")}` : setting.label;
    return change ? `${name}: ${valueWords(change, field)}` : name;
  });
  const key = detail.split(/[.:,]/)[0] ?? "";
  const isKnown = settings.some((one) => one.key === key);
  return { detail: parts.join(", "), href: isKnown ? `/admin/settings#${key}` : null };
}

function valueWords(change: string, field: Field | undefined): string {
  const words = change.split(" → ").map((value) => {
    if (value === "null") return "none";
    if (value === "true") return "on";
    if (value === "false") return "off";
    return field?.options?.find((option) => option.value === value)?.label.split(":")[0] ?? value;
  });
  return `${words.join(" → ")}${field?.unit && words.length > 1 && words[1] !== "none" ? ` ${field.unit}` : ""}`;
}

/** `operation 5, retry of queue=hash: done, 12 of 14 jobs`: as `http/operations.ts` writes it down. */
function operationWords(detail: string): Pick<EventLine, "detail" | "href"> | null {
  const found = /^operation (\d+), (\w+) of (.*): (\w+), (?:(\d+) of (\d+) jobs( put back)?)$/s.exec(detail);
  if (!found) return null;
  const [, id, action, filter, status, done, of, isUndo] = found;
  const which = filter === "every job" ? filter : filterInWords(filter!);
  const verb = isUndo ? "Put back" : (pastTense[action!] ?? action);
  const end = status === "done" || isUndo ? "" : `; ${status}`;
  const detailText = `${verb} ${done} of ${counted(Number(of), "job")}: ${which}${end}`;
  return { detail: detailText, href: filterHref(filter!) ?? `/admin/operations#operation-${id}` };
}

const pastTense: Record<string, string> = {
  retry: "Retried",
  cancel: "Cancelled",
  pause: "Paused",
  resume: "Resumed",
  remove: "Removed",
  acknowledge: "Cleared",
  unacknowledge: "Brought back",
  priority: "Changed the priority of",
  position: "Moved",
};
