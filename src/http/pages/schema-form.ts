// The form of a job kind, read from the schema that checks its parameters: which control each one gets, what a sent form
// says in parameters, and what of parameters no form can show.

import { type ZodType, z } from "zod";
import type { FileType } from "../../db/tables/library.ts";

export type Control =
  | "text"
  | "number"
  | "slider"
  | "switch"
  | "choice"
  | "file"
  | "files"
  | "library"
  | "lines"
  | "group"
  | "json";

export interface FormField {
  /** Of the control: `p.size.width`. */
  name: string;
  /** From the parameters down. */
  path: string[];
  control: Control;
  label: string;
  hint: string;
  required: boolean;
  /** What it is without being said; undefined where nothing stands for it. */
  usual: unknown;
  min?: number | undefined;
  max?: number | undefined;
  /** Numbers that may have a fraction. */
  isFractional?: boolean;
  options?: string[];
  /** Of a file: which types the kind takes; none means any. */
  fileTypes?: FileType[];
  /** Lines that are numbers. */
  ofNumbers?: boolean;
  /** Of a group. */
  fields?: FormField[];
}

export interface SchemaForm {
  fields: FormField[];
  /** It takes parameters that no field is for. */
  isOpen: boolean;
}

export type ParamValues = Record<string, unknown>;

/** Null when the parameters are not a list of named ones. */
export function formOf(params: ZodType): SchemaForm | null {
  const known = forms.get(params);
  if (known !== undefined) return known;
  const schema = z.toJSONSchema(params, { io: "input", unrepresentable: "any" }) as Schema;
  const isOpen = schema.additionalProperties !== false;
  const form = schema.type === "object" ? { fields: fieldsOf(schema, []), isOpen } : null;
  forms.set(params, form);
  return form;
}

/** What the kind does when nobody says anything. */
export function usualValues(fields: FormField[]): ParamValues {
  return collect(fields, (field) => field.usual);
}

/** The parameters that a sent form says. What is empty is left out; what is no number stays as it was typed. */
export function valuesFrom(form: FormData, fields: FormField[]): ParamValues {
  return collect(fields, (field) => valueFrom(form, field));
}

/** What stands in a control, as text. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

export function valueAt(values: ParamValues, path: string[]): unknown {
  let at: unknown = values;
  for (const step of path) at = (at as ParamValues | undefined)?.[step];
  return at;
}

/** Every field, those of groups as well. */
export function flat(fields: FormField[]): FormField[] {
  return fields.flatMap((field) => (field.fields ? flat(field.fields) : [field]));
}

/** Schemas stay what they are. */
const forms = new WeakMap<ZodType, SchemaForm | null>();

/** The part of JSON Schema that zod writes and a form can be made of. */
interface Schema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
  fileTypes?: FileType[];
}

function fieldsOf(schema: Schema, above: string[]): FormField[] {
  return Object.entries(schema.properties ?? {}).map(([key, one]) => {
    const path = [...above, key];
    return {
      name: `p.${path.join(".")}`,
      path,
      label: one.title ?? inWords(key),
      hint: one.description ?? "",
      required: schema.required?.includes(key) === true,
      usual: one.default,
      ...controlOf(key, one, path),
    };
  });
}

function controlOf(key: string, schema: Schema, path: string[]): Omit<FormField, Described> {
  if (/^fileId$|FileId$/.test(key)) return { control: "file", fileTypes: schema.fileTypes ?? [] };
  if (/^libraryId$|LibraryId$/.test(key)) return { control: "library" };
  if (/^fileIds$|FileIds$/.test(key)) return { control: "files", fileTypes: schema.fileTypes ?? [] };
  // A number here, a string outside.
  if (/Id$/.test(key) && schema.anyOf) return { control: "number", min: 1, isFractional: false };
  if (schema.enum) return { control: "choice", options: schema.enum.map(String) };
  switch (schema.type) {
    case "boolean":
      return { control: "switch" };
    case "integer":
    case "number":
      return numberOf(schema);
    case "string":
      return { control: "text" };
    case "object":
      return schema.properties ? { control: "group", fields: fieldsOf(schema, path) } : { control: "json" };
    case "array":
      return linesOf(schema.items ?? {});
  }
  return { control: "json" };
}

type Described = "name" | "path" | "label" | "hint" | "required" | "usual";

/** A slider always has a value: only what has one anyway gets it. */
function numberOf(schema: Schema): Omit<FormField, Described> {
  const isFractional = schema.type === "number";
  const limits = {
    min: schema.minimum ?? (schema.exclusiveMinimum === 0 && !isFractional ? 1 : undefined),
    // zod bounds every whole number by what a double holds exactly.
    max: schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum,
  };
  const span = (limits.max ?? Number.POSITIVE_INFINITY) - (limits.min ?? 0);
  const isSlider = !isFractional && typeof schema.default === "number" && span <= 200;
  return { control: isSlider ? "slider" : "number", ...limits, isFractional };
}

function linesOf({ type }: Schema): Omit<FormField, Described> {
  if (type === "string") return { control: "lines" };
  if (type === "integer" || type === "number") return { control: "lines", ofNumbers: true };
  return { control: "json" };
}

/** `targetBitrate` → `Target bitrate`. */
function inWords(key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function collect(fields: FormField[], value: (field: FormField) => unknown): ParamValues {
  const values: ParamValues = {};
  for (const field of fields) {
    const own = field.fields ? collect(field.fields, value) : value(field);
    const isEmpty = own === undefined || (field.fields && Object.keys(own as object).length === 0);
    if (!isEmpty) values[field.path.at(-1)!] = own;
  }
  return values;
}

function valueFrom(form: FormData, field: FormField): unknown {
  const all = form.getAll(field.name).map((value) => String(value).trim());
  const text = all.at(-1) ?? "";
  switch (field.control) {
    // A box that is not ticked sends nothing: that means no where the usual is yes, and else nothing.
    case "switch":
      return all.includes("on") ? true : field.usual === true || field.required ? false : undefined;
    case "files":
      return all.some(Boolean) ? all.filter(Boolean).map(numeric) : undefined;
    case "lines": {
      const lines = all.flatMap((one) => one.split(/\r?\n/).map((line) => line.trim())).filter(Boolean);
      return lines.length > 0 ? lines.map((line) => (field.ofNumbers ? numeric(line) : line)) : undefined;
    }
  }
  if (text === "") return undefined;
  if (["number", "slider", "file", "library"].includes(field.control)) return numeric(text);
  return field.control === "json" ? parsedOr(text) : text;
}

function numeric(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
