// The controls of a form that was read from a schema: one for each parameter, with what it is, what holds without it, and
// what is wrong with it.

import type { FoundFile } from "../../src/http/pages/job-file-search.ts";
import type { FormField, ParamValues } from "../../src/http/pages/schema-form.ts";
import { number } from "../format.ts";
import { FilePicker } from "./file-picker.tsx";

export interface SchemaFormProps {
  fields: FormField[];
  values: ParamValues;
  errors: Record<string, string>;
  /** The control that gets the focus: the first with an error, or the first of all. */
  focus: string | undefined;
  libraries: { id: number; name: string }[];
  /** By field: what is chosen, and what there is to choose from. */
  files: Record<string, { chosen: FoundFile[]; found: FoundFile[]; text: string }>;
  /** Where files are sought while somebody types. */
  filesAt(field: FormField): string;
  url(path: string): string;
}

export function SchemaForm({ fields, ...all }: SchemaFormProps) {
  return (
    <>
      {fields.map((field) => (
        <Parameter field={field} {...all} />
      ))}
    </>
  );
}

type One = Omit<SchemaFormProps, "fields"> & { field: FormField };

function Parameter({ field, ...all }: One) {
  if (field.control === "group")
    return (
      <fieldset class="param-group">
        <legend>{field.label}</legend>
        {field.hint ? <p class="hint">{field.hint}</p> : null}
        <SchemaForm fields={field.fields ?? []} {...all} />
      </fieldset>
    );
  if (field.control === "file" || field.control === "files")
    return (
      <FilePicker
        name={field.name}
        label={field.label}
        hint={field.hint}
        many={field.control === "files"}
        error={all.errors[field.name]}
        focus={all.focus === field.name}
        {...(all.files[field.name] ?? { chosen: [], found: [], text: "" })}
        at={all.filesAt(field)}
        url={all.url}
      />
    );
  if (field.control === "switch") return <Switch field={field} {...all} />;
  return (
    <div class={field.control === "library" ? "field field-wide" : "field"}>
      <label for={field.name}>
        {field.label}
        {field.required ? null : <span class="optional"> optional</span>}
      </label>
      <Control field={field} {...all} />
      <About field={field} error={all.errors[field.name]} />
    </div>
  );
}

function Switch({ field, values, errors, focus }: One) {
  return (
    <div class="field">
      <label class="switch">
        <input
          type="checkbox"
          name={field.name}
          value="on"
          checked={at(values, field.path) === true}
          autofocus={focus === field.name}
          {...described(field, errors[field.name])}
        />
        <span>{field.label}</span>
      </label>
      <About field={field} error={errors[field.name]} />
    </div>
  );
}

function Control({ field, values, errors, focus, libraries }: One) {
  const value = at(values, field.path);
  const text = value === undefined ? "" : inField(value);
  const common = {
    id: field.name,
    name: field.name,
    autofocus: focus === field.name,
    ...described(field, errors[field.name]),
  };
  switch (field.control) {
    case "library":
      return (
        <select class="select" {...common}>
          <option value="">Choose a library</option>
          {libraries.map(({ id, name }) => (
            <option value={id} selected={String(id) === text}>
              {name}
            </option>
          ))}
        </select>
      );
    case "choice":
      return (
        <select class="select" {...common}>
          {field.usual === undefined ? (
            <option value="">{field.required ? "Choose" : "As usual"}</option>
          ) : null}
          {field.options?.map((option) => (
            <option value={option} selected={option === text}>
              {option === field.usual ? `${option} (usual)` : option}
            </option>
          ))}
        </select>
      );
    case "slider":
      return (
        <span class="slider">
          <input type="range" min={field.min} max={field.max} step={1} value={text} data-slider {...common} />
          <output for={field.name}>{text}</output>
        </span>
      );
    case "number":
      return (
        <input
          class="input input-number"
          type="number"
          min={field.min}
          max={field.max}
          step={field.isFractional ? "any" : 1}
          inputmode={field.isFractional ? "decimal" : "numeric"}
          placeholder={field.usual === undefined ? "as usual" : undefined}
          value={text}
          {...common}
        />
      );
    case "lines":
    case "json":
      return (
        <textarea class="input" rows={3} spellcheck={false} {...common}>
          {text}
        </textarea>
      );
  }
  return <input class="input" type="text" value={text} autocomplete="off" {...common} />;
}

function About({ field, error }: { field: FormField; error: string | undefined }) {
  const hint = [field.hint, limits(field)].filter(Boolean).join(" · ");
  return (
    <>
      {hint ? (
        <p class="hint" id={`${field.name}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="error" id={`${field.name}-error`}>
          {error}
        </p>
      ) : null}
    </>
  );
}

function described(field: FormField, error: string | undefined) {
  const hint = field.hint || limits(field) ? `${field.name}-hint` : "";
  const by = [hint, error ? `${field.name}-error` : ""].filter(Boolean).join(" ");
  return { "aria-describedby": by || undefined, "aria-invalid": error ? ("true" as const) : undefined };
}

function limits({ control, min, max, usual }: FormField): string {
  if (control === "lines") return "One a line";
  if (control !== "number" && control !== "slider") return "";
  const bounds =
    min !== undefined && max !== undefined
      ? `${number(min)} to ${number(max)}`
      : min !== undefined && min !== 0
        ? `${number(min)} or more`
        : max !== undefined
          ? `up to ${number(max)}`
          : "";
  return [bounds, usual === undefined ? "" : `usually ${usual}`].filter(Boolean).join(", ");
}

function at(values: ParamValues, path: string[]): unknown {
  let value: unknown = values;
  for (const step of path) value = (value as ParamValues | undefined)?.[step];
  return value;
}

function inField(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join("\n");
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}
