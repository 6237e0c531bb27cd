// Entries of the audit log in words: `queue.change` of `queue:hash` with `{"isPaused":true}` is "Changed a queue: hash, paused".

import { capital, counted, dateTime, duration, number } from "../../../views/format.ts";
import { single } from "../../../views/parts/setting-words.ts";
import type { AuditEntry } from "../audit.ts";
import { type EventLine, type EventWords, personOf, settingWords } from "./event-lines.ts";
import { filterInWords } from "./filter-words.ts";

export interface AuditLine {
  id: number;
  at: Date;
  who: EventLine["who"];
  did: string;
  target: { text: string; href: string | null } | null;
  detail: string;
}

/** What one may ask for, in the order of a list. */
export const auditAreas: [action: string, label: string][] = [
  ["job.*", "One job"],
  ["jobs.*", "Many jobs"],
  ["operation.*", "Bulk operations"],
  ["queue.*", "A queue"],
  ["queues.*", "All queues"],
  ["workers.*", "Workers"],
  ["problem.*", "Problems"],
  ["failures.*", "Failures"],
  ["quarantine.*", "Quarantine"],
  ["library.*", "Libraries"],
  ["file.*", "Files"],
  ["collection.*", "Collections"],
  ["export.*", "Exports"],
  ["backfill.*", "Backfills"],
  ["backup.*", "Backups"],
  ["settings.*", "Settings"],
  ["user.*", "Accounts"],
  ["invitation.*", "Invitations"],
  ["token.*", "API tokens"],
  ["view.*", "Saved views"],
];

/** `libraries` are names by ids: entries of old hold the id alone. */
export interface AuditWords extends EventWords {
  libraries: Map<number, string>;
}

export function auditLine(entry: AuditEntry, words: AuditWords): AuditLine {
  const { id, at, actor, action, target, detail } = entry;
  return {
    id,
    at,
    who: personOf(actor, words.people),
    did: pausedOrResumed(action, detail) ?? acts[action] ?? actInGeneral(action),
    target: targetOf(action, target, detail, words),
    detail: detailOf(action, detail, words),
  };
}

const acts: Record<string, string> = {
  "backfill.hashes": "Hashed what had no hash",
  "backup.download": "Downloaded a backup",
  "backup.make": "Asked for a backup",
  "backup.remove": "Removed a backup",
  "collection.add": "Put files into a collection",
  "collection.change": "Changed a collection",
  "collection.create": "Made a collection",
  "collection.remove": "Removed a collection",
  "collection.take-out": "Took files out of a collection",
  "export.remove": "Removed an export",
  "failures.clear": "Cleared failures",
  "file.dismiss": "Said that files are not the same",
  "file.edit": "Said something about a file",
  "file.edit-undo": "Took back what was said about a file",
  "file.identify": "Identified a file",
  "file.import": "Took over what sidecars say",
  "file.make": "Had derivatives made",
  "file.moment-add": "Marked a moment",
  "file.moment-change": "Changed a moment",
  "file.moment-remove": "Removed a moment",
  "file.purge": "Removed files from the trash for good",
  "file.relocate": "Had files moved to another place",
  "file.remember": "Brought forgotten files back",
  "file.upload": "Uploaded a file",
  "file.restore": "Took a file out of the trash",
  "file.trash": "Put a file into the trash",
  "file.undismiss": "Took back that files are not the same",
  "invitation.create": "Made an invitation",
  "invitation.delete": "Withdrew an invitation",
  "job.create": "Created a job",
  "jobs.acknowledge": "Cleared failures",
  "jobs.unacknowledge": "Brought failures back",
  "jobs.clear-stuck": "Ended stuck jobs",
  "jobs.kill-all": "Killed everything that ran",
  "jobs.priority": "Changed the priority of jobs",
  "jobs.position": "Moved jobs in the queue",
  "library.change": "Changed a library",
  "library.folder": "Made a folder",
  "library.create": "Added a library",
  "library.remove": "Removed a library",
  "library.scan": "Had a library scanned",
  "operation.undo": "Took a bulk operation back",
  "problem.ignore": "Ignored a cause",
  "problem.quarantine": "Quarantined the files of a cause",
  "problem.retry": "Retried a cause",
  "problem.unignore": "Stopped ignoring a cause",
  "quarantine.add": "Quarantined files",
  "quarantine.release": "Released from quarantine",
  "queue.change": "Changed a queue",
  "queue.pause": "Paused a queue",
  "queue.resume": "Resumed a queue",
  "queues.pause-all": "Paused every queue",
  "queues.resume-all": "Resumed every queue",
  "settings.change": "Changed a setting",
  "settings.undo": "Took a change of a setting back",
  "token.create": "Made an API token",
  "token.delete": "Deleted an API token",
  "user.delete": "Deleted an account",
  "user.password": "Changed their password",
  "user.role": "Changed a role",
  "view.create": "Saved a view",
  "view.remove": "Removed a view",
  "view.update": "Changed a view",
  "workers.restart": "Restarted the workers",
};

/** The API pauses by changing. */
function pausedOrResumed(action: string, detail: unknown): string | undefined {
  const { isPaused } = record(detail);
  if (action !== "queue.change" || typeof isPaused !== "boolean") return undefined;
  return isPaused ? acts["queue.pause"] : acts["queue.resume"];
}

/** Acts that are named like moves: `job.retry` is "Retried a job". */
function actInGeneral(action: string): string {
  const [area = "", verb = ""] = action.replaceAll("-", " ").split(".");
  const what = { job: "a job", jobs: "jobs", queue: "a queue", file: "a file" }[area];
  return what ? `${capital(pastTense(verb))} ${what}` : `${capital(area)}: ${verb}`;
}

function pastTense(verb: string): string {
  const known: Record<string, string> = { cancel: "cancelled", acknowledge: "cleared", kill: "killed" };
  if (known[verb]) return known[verb];
  if (verb.endsWith("e")) return `${verb}d`;
  return verb.endsWith("y") ? `${verb.slice(0, -1)}ied` : `${verb}ed`;
}

function targetOf(
  action: string,
  target: string | null,
  detail: unknown,
  { settings, libraries }: AuditWords,
): AuditLine["target"] {
  const { name, path } = record(detail);
  if (action.startsWith("settings.")) {
    const keys = (target ?? "").split(", ").filter(Boolean);
    const labels = keys.map((key) => settings.find((one) => one.key === key)?.label ?? key);
    return {
      text: labels.join(", "),
      href: keys.length === 1 ? settingWords(keys[0]!, settings).href : "/admin/settings",
    };
  }
  if (target === null) return null;
  const [kind, id] = target.split(/:(.*)/s) as [string, string?];
  if (kind === "queue" && id) return { text: id, href: `/admin/jobs?queue=${encodeURIComponent(id)}` };
  if (kind === "job" && id) return { text: `job ${id}`, href: `/admin/jobs/${id}` };
  if (kind === "operation" && id)
    return { text: `operation ${id}`, href: `/admin/operations#operation-${id}` };
  if (action.startsWith("library."))
    return {
      text: String(name ?? libraries.get(Number(target)) ?? `library ${target}`),
      href: libraryHref(action, target),
    };
  if (action.startsWith("file.") || action.startsWith("quarantine."))
    return { text: String(path ?? `file ${target}`), href: /^\d+$/.test(target) ? `/files/${target}` : null };
  if (action.startsWith("problem.")) return { text: `cause ${target.slice(0, 8)}`, href: "/admin/problems" };
  if (kind === "collection" && action !== "collection.remove")
    return { text: String(name ?? target), href: `/collections/${id}` };
  return { text: String(name ?? target), href: null };
}

function libraryHref(action: string, id: string): string | null {
  return action === "library.remove" ? null : `/libraries/${id}`;
}

/** Every field of it, in the order it was written. */
function detailOf(action: string, detail: unknown, { settings }: EventWords): string {
  if (detail === null || detail === undefined) return "";
  if (typeof detail !== "object") return String(detail);
  const fields = Object.entries(record(detail)).filter(
    ([key]) => !(key === "name" && /^(library|collection)\./.test(action)),
  );
  if (action.startsWith("settings."))
    return fields.flatMap(([key, value]) => settingParts(key, value, settings)).join(", ");
  return fields
    .map(([key, value]) => fieldWords(key, value))
    .filter(Boolean)
    .join(", ");
}

/** `{"retention":{"days":30}}` is `History, Keep for: 30 days`. */
function settingParts(path: string, value: unknown, settings: EventWords["settings"]): string[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, part]) => settingParts(`${path}.${key}`, part, settings));
  const [key, ...rest] = path.split(".");
  if (value === null && rest.length === 0) return ["the default"];
  const setting = settings.find((one) => one.key === key);
  const field = setting?.fields.find(({ part }) => part === rest.join("."));
  const label = rest.length > 0 ? (field?.label ?? rest.join(" ")) : "";
  const option = field?.options?.find((one) => one.value === value)?.label.split(":")[0];
  const isAmount = field && ["number", "duration", "size"].includes(field.control);
  const words = isAmount && typeof (value ?? 0) === "number" ? single(value, field) : plain(value);
  return [[label, option ?? words].filter(Boolean).join(": ")];
}

function fieldWords(key: string, value: unknown): string {
  // The act says it.
  if (key === "isPaused" || key === "positions") return "";
  if (key === "moment") return String(record(value).title ?? "");
  if (key === "pauseForS") return `for ${duration(Number(value))}`;
  if (key === "until" && typeof value === "string") return `until ${plain(value)}`;
  if (key === "until" && value === null) return "until taken back";
  if (key === "filter" && typeof value === "string") return filterInWords(value);
  if (key === "fileIds" && Array.isArray(value)) return counted(value.length, "file");
  if (value === null || value === false || value === 0) return "";
  if (key === "path" || key === "note" || key === "reason" || key === "name" || key === "q")
    return plain(value);
  const words = key.replaceAll(/([A-Z])/g, " $1").toLowerCase();
  if (value === true) return words;
  return typeof value === "number" && /ed$/.test(words)
    ? `${number(value)} ${words}`
    : `${words} ${plain(value)}`;
}

function plain(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return number(value);
  if (typeof value === "string")
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? dateTime(new Date(value)) : value;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(plain).join(", ");
  return Object.entries(record(value))
    .map(([key, part]) => fieldWords(key, part))
    .filter(Boolean)
    .join(", ");
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
