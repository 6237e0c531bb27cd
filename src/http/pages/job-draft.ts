// A job that somebody is about to ask for, as their form has it so far: in fields, or as JSON. The one becomes the other
// without losing a word; what cannot stays where it is and says why.

import { number } from "../../../views/format.ts";
import type { JobKind } from "../../queue/kind.ts";
import type { App } from "../context.ts";
import { jsonFault } from "./json-fault.ts";
import {
  type FormField,
  flat,
  formOf,
  type ParamValues,
  textOf,
  usualValues,
  valueAt,
  valuesFrom,
} from "./schema-form.ts";

export interface JobDraft {
  kind: JobKind;
  fields: FormField[];
  /** Only JSON can say everything that the kind takes. */
  isOpen: boolean;
  as: "form" | "json";
  params: ParamValues;
  /** What stands in the JSON field. */
  json: string;
  priority: number;
  /** Of a `datetime-local` field; empty for now. */
  runAt: string;
  /** The browser's distance from UTC in minutes, where it says so. */
  offset: string;
  vram: string;
  /** What was typed to find files, by field. */
  find: Record<string, string>;
  errors: Record<string, string>;
}

/** From the fields of a form, or of an address that fills some in: `?type=video-poster&file=12`. */
export function readDraft(app: App, form: FormData): JobDraft | undefined {
  const kind = app.queue.catalogue.find(textFrom(form, "type"));
  if (!kind) return undefined;
  const { fields = [], isOpen = true } = formOf(kind.params) ?? {};
  const was = textFrom(form, "as");
  const draft: JobDraft = {
    kind,
    fields,
    isOpen,
    as: was === "json" || (was === "" && fields.length === 0 && isOpen) ? "json" : "form",
    params: was === "" ? prefilled(form, fields) : was === "form" ? valuesFrom(form, fields) : {},
    json: textFrom(form, "json"),
    priority: priorityFrom(form),
    runAt: textFrom(form, "when") === "at" || was === "" ? textFrom(form, "runAt") : "",
    offset: textFrom(form, "offset"),
    vram: textFrom(form, "vram"),
    find: Object.fromEntries(
      fields.map(({ name }) => [name, textFrom(form, `find.${name}`)]).filter(([, text]) => text !== ""),
    ),
    errors: {},
  };
  if (was === "json") readJson(draft);
  else draft.json = JSON.stringify(draft.params, null, 2);
  return draft;
}

/** Shows the draft the other way. What no field can show keeps it in JSON. */
export function turned(draft: JobDraft, to: string): JobDraft {
  if (to === "json") return { ...draft, as: "json", json: JSON.stringify(draft.params, null, 2) };
  if (to !== "form" || draft.as === "form" || draft.errors.json) return draft;
  const parsed = draft.kind.params.safeParse(draft.params);
  const hides = (parsed.error?.issues ?? []).filter(
    ({ code, path }) =>
      code === "unrecognized_keys" ||
      ((code === "invalid_type" || code === "invalid_union") &&
        valueAt(draft.params, path.map(String)) !== undefined),
  );
  if (hides.length === 0) return { ...draft, as: "form" };
  const why = hides.map((issue) =>
    issue.code === "unrecognized_keys"
      ? `${issue.keys.join(", ")}: there is no such parameter.`
      : `${issue.path.join(".")}: ${issue.message}.`,
  );
  return { ...draft, errors: { ...draft.errors, json: `No field can show this. ${why.join(" ")}` } };
}

/** The moment that was chosen; null for now, undefined for what is no moment. */
export function momentOf({ runAt, offset }: JobDraft): Date | null | undefined {
  if (runAt === "") return null;
  const minutes = /^-?\d{1,4}$/.test(offset) ? Number(offset) : undefined;
  // Without a word from the browser it is the server's own time.
  const at = minutes === undefined ? Date.parse(runAt) : Date.parse(`${runAt}Z`) - minutes * 60_000;
  return Number.isNaN(at) ? undefined : new Date(at);
}

/** What a field wants, in words for who looks at it; nothing when all is well with it. */
export function fieldFault(field: FormField, value: unknown): string | undefined {
  const { control, min, max, required } = field;
  if (value === undefined || (Array.isArray(value) && value.length === 0))
    return required ? needed(control) : undefined;
  if (control !== "number" && control !== "slider") return undefined;
  if (typeof value !== "number" || (!field.isFractional && !Number.isInteger(value)))
    return `${textOf(value)} is not a ${field.isFractional ? "" : "whole "}number.`;
  if ((min !== undefined && value < min) || (max !== undefined && value > max))
    return `It must be ${range(field)}.`;
  return undefined;
}

export function range({ min, max }: FormField): string {
  if (min !== undefined && max !== undefined) return `from ${number(min)} to ${number(max)}`;
  if (min !== undefined) return `${number(min)} or more`;
  return max === undefined ? "" : `at most ${number(max)}`;
}

function needed(control: FormField["control"]): string {
  if (control === "file") return "Choose a file.";
  if (control === "files") return "Choose files.";
  return control === "library" ? "Choose a library." : "This is needed.";
}

function prefilled(form: FormData, fields: FormField[]): ParamValues {
  const values = usualValues(fields);
  for (const { control, path } of flat(fields)) {
    const given = textFrom(form, control === "library" ? "library" : "file");
    if (!/^\d{1,15}$/.test(given) || path.length > 1) continue;
    if (control === "file" || control === "library") values[path[0]!] = Number(given);
    if (control === "files") values[path[0]!] = [Number(given)];
  }
  return values;
}

function readJson(draft: JobDraft): void {
  const text = draft.json.trim() === "" ? "{}" : draft.json;
  const fault = jsonFault(text);
  if (fault) {
    draft.errors.json = fault;
    return;
  }
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
    draft.params = parsed as ParamValues;
  else draft.errors.json = "Parameters have names: { … } belongs here.";
}

function priorityFrom(form: FormData): number {
  const n = Number(textFrom(form, "priority") || 5);
  return Number.isInteger(n) && n >= 1 && n <= 10 ? n : 5;
}

function textFrom(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
