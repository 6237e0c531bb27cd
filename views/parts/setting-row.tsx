// One setting: what it is for, its control, its default, and a lock where something outside fixes it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { SettingView } from "../../src/settings/settings.ts";
import type { PlaybackServer, QuietWindow } from "../../src/settings/yield.ts";
import type { PlaybackServerState } from "../../src/yielding/yielding.ts";
import { number } from "../format.ts";
import { Icon } from "./icon.tsx";
import { Servers, Windows } from "./yield-controls.tsx";

type Field = SettingView["fields"][number];

export interface SettingRowProps {
  setting: SettingView;
  /** For settings that name kinds: all of them, by label. */
  kinds: { name: string; label: string; stuckAfterS: number }[];
  /** For settings that name queues: all of them. */
  queues: string[];
  /** What the media servers said last, in the setting's order. */
  servers: PlaybackServerState[];
  /** Why the change just asked for was not made. */
  refusal?: string;
  url: PageContext["url"];
}

export function SettingRow({ setting: s, refusal, url, ...known }: SettingRowProps) {
  const isDefault = JSON.stringify(s.value) === JSON.stringify(s.default);
  const locked = s.lockedBy !== null;
  // A row takes several fields to be whole: it applies when somebody says so.
  const atOnce = !s.fields.some(({ control }) => control === "windows" || control === "servers");
  return (
    <li id={`setting-${s.key}`} class={atOnce ? undefined : "wide"}>
      <div>
        <h3>
          {s.label}{" "}
          {locked ? (
            <span class="badge badge-paused">
              <Icon name="lock" />
              {`set by ${s.lockedBy}`}
            </span>
          ) : null}
        </h3>
        <p class="muted">{s.help}</p>
        <p class="muted">
          <small>{`Default: ${inWords(s.default, s.fields)}`}</small>
        </p>
      </div>
      <form
        method="post"
        action={url(`/admin/settings/${s.key}`)}
        {...(atOnce ? { "data-at-once": true } : {})}
        hx-boost="true"
        hx-swap="none"
        hx-push-url="false"
      >
        <fieldset disabled={locked} class="stack-tight">
          <legend class="sr-only">{s.label}</legend>
          {s.fields.map((field) => (
            <Control setting={s} field={field} {...known} />
          ))}
          <div class="row">
            <button type="submit" class={`btn btn-small${atOnce ? " without-js" : ""}`}>
              Save
            </button>
            {isDefault || locked ? null : (
              <button type="submit" class="btn btn-small btn-quiet" name="restore" value="1" formnovalidate>
                <Icon name="rotate-ccw" />
                Back to the default
              </button>
            )}
          </div>
        </fieldset>
        <p class="error" data-refusal role="alert">
          {refusal}
        </p>
      </form>
    </li>
  );
}

function Control({
  setting,
  field,
  kinds,
  queues,
  servers,
}: {
  setting: SettingView;
  field: Field;
} & Pick<SettingRowProps, "kinds" | "queues" | "servers">) {
  const name = field.part || "value";
  const id = `${setting.key}-${name.replace(".", "-")}`;
  const value = partOf(setting.value, field);
  if (field.control === "windows")
    return <Windows field={field} value={value as QuietWindow[]} queues={queues} />;
  if (field.control === "servers")
    return <Servers field={field} value={value as PlaybackServer[]} states={servers} />;
  if (field.control === "queues")
    return (
      <div class="field">
        <label for={id}>{field.label}</label>
        <input
          class="input"
          id={id}
          name={name}
          value={(value as string[] | undefined)?.join(", ")}
          placeholder="thumbnail, metadata"
        />
        <span class="hint">Queues in their order; the others follow by weight.</span>
      </div>
    );
  if (field.control === "switch")
    return (
      <label class="check">
        <input type="checkbox" id={id} name={name} value="on" checked={value === true} />
        {field.label}
      </label>
    );
  if (field.control === "choice")
    return (
      <div class="field">
        <label for={id} class={setting.fields.length === 1 ? "sr-only" : undefined}>
          {field.label}
        </label>
        <select class="select" id={id} name={name}>
          {field.options?.map((o) => (
            <option value={o.value} selected={o.value === value}>
              {o.label}
            </option>
          ))}
        </select>
      </div>
    );
  if (field.control === "pairs")
    return <Pairs id={id} field={field} value={value as Record<string, number>} kinds={kinds} />;
  return (
    <div class="row">
      <label for={id} class={setting.fields.length === 1 ? "sr-only" : "grow"}>
        {field.label}
      </label>
      <input
        class="input input-narrow"
        type="number"
        id={id}
        name={name}
        value={value === null ? "" : String(value)}
        min={field.min}
        max={field.max}
        required={!field.optional}
        inputmode="numeric"
      />
      {field.unit ? <span class="muted unit">{field.unit}</span> : null}
    </div>
  );
}

/** A number per kind: those that differ, and one line to add another. Emptied, a kind goes back to its own. */
function Pairs({
  id,
  field,
  value,
  kinds,
}: {
  id: string;
  field: Field;
  value: Record<string, number>;
  kinds: SettingRowProps["kinds"];
}) {
  const label = (name: string) => kinds.find((k) => k.name === name)?.label ?? name;
  return (
    <>
      {Object.entries(value).map(([kind, n]) => (
        <div class="row">
          <label class="grow" for={`${id}-${kind}`}>
            {label(kind)}
          </label>
          <input
            class="input input-narrow"
            type="number"
            id={`${id}-${kind}`}
            name={`pair.${kind}`}
            value={n}
            min={field.min}
            max={field.max}
          />
          <span class="muted unit">{field.unit}</span>
        </div>
      ))}
      <div class="row">
        <select class="select grow" name="addKind" aria-label="Kind to set">
          <option value="">Add a kind…</option>
          {kinds
            .filter((k) => !(k.name in value))
            .map((k) => (
              <option value={k.name}>{`${k.label} (${k.stuckAfterS} s)`}</option>
            ))}
        </select>
        <input
          class="input input-narrow"
          type="number"
          name="addValue"
          min={field.min}
          max={field.max}
          aria-label={`${field.unit ?? "Value"} for the kind`}
        />
      </div>
    </>
  );
}

function inWords(value: unknown, fields: Field[]): string {
  if (value === null) return "empty";
  if (fields.some((f) => f.part))
    return fields
      .map((f) => `${f.label}${isMeasure(f) ? "" : ":"} ${single(partOf(value, f), f)}`)
      .join(", ");
  return single(value, fields[0]!);
}

/** `Every 60 minutes` is a phrase; `Stuck jobs: end them` is a name and what it stands for. */
function isMeasure({ control }: Field): boolean {
  return control === "number" || control === "switch";
}

/** What a field shows of a setting's value. */
function partOf(value: unknown, { part }: Field): unknown {
  if (!part) return value;
  return part.split(".").reduce<unknown>((whole, step) => (whole as Record<string, unknown>)[step], value);
}

function single(value: unknown, field: Field): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (field.control === "choice")
    return field.options?.find((o) => o.value === value)?.label ?? String(value);
  if (typeof value === "object") return "each kind's own";
  const unit = value === 1 ? field.unit?.replace(/s$/, "") : field.unit;
  return [typeof value === "number" ? number(value) : value, unit].filter((x) => x !== undefined).join(" ");
}
