// The control of one field of a setting, fitting what it holds: a switch, choices that explain themselves, a slider with its
// number, an amount that may be typed with its unit.

import type { SettingView } from "../../src/settings/settings.ts";
import { number } from "../format.ts";
import { isLarge, typed, typedDuration } from "./amounts.ts";

export type Field = SettingView["fields"][number];

export interface KnownNames {
  /** For settings that name kinds: all of them, by label. */
  kinds: { name: string; label: string; stuckAfterS: number }[];
  /** For settings that name queues: all of them. */
  queues: string[];
}

interface Props extends KnownNames {
  /** Of the row. */
  id: string;
  field: Field;
  value: unknown;
  /** It is the only one of its form, whose name it then bears. */
  isOnly: boolean;
  /** What it takes, said after the last of those that take the same. */
  range: string | null;
}

export function SettingControl({ id: row, field, value, isOnly, range, kinds, queues }: Props) {
  const name = field.part || "value";
  const id = `${row}-${name.replaceAll(".", "-")}`;
  const described = range ? `${id}-range ${row}-refusal` : `${row}-refusal`;
  switch (field.control) {
    case "switch":
      return (
        <label class="switch">
          <input type="checkbox" id={id} name={name} value="on" checked={value === true} />
          <span>{field.label}</span>
        </label>
      );
    case "choice":
      return <Choices id={id} name={name} field={field} value={value} isOnly={isOnly} />;
    case "text":
      return (
        <input
          class="input"
          id={id}
          name={name}
          value={typeof value === "string" ? value : ""}
          aria-label={field.label}
          placeholder={field.optional ? "not set" : undefined}
          aria-describedby={described}
          autocomplete="off"
          spellcheck={false}
          maxlength={500}
        />
      );
    case "queues":
      return <Order id={id} name={name} field={field} value={(value as string[]) ?? []} queues={queues} />;
    case "pairs":
      return <Pairs id={id} field={field} value={value as Record<string, number>} kinds={kinds} />;
    default:
      return (
        <div class="amount">
          <label for={id} class={isOnly ? "sr-only" : undefined}>
            {field.label}
          </label>
          {field.max !== undefined && field.max <= 16 ? <Slider field={field} value={value} /> : null}
          <Amount id={id} name={name} field={field} value={value} described={described} />
          {range ? (
            <small class="range" id={`${id}-range`}>
              {range}
            </small>
          ) : null}
        </div>
      );
  }
}

function Amount(p: { id: string; name: string; field: Field; value: unknown; described: string }) {
  const { field } = p;
  const isNumber = field.control === "number";
  const isPlain = isNumber && !isLarge(field);
  const isEmpty = p.value === null || p.value === undefined;
  return (
    <span class="with-unit">
      <input
        class="input input-narrow"
        type={isPlain ? "number" : "text"}
        id={p.id}
        name={p.name}
        value={typed(p.value, field)}
        {...(isPlain ? { min: field.min, max: field.max, inputmode: "numeric" } : {})}
        required={!field.optional}
        placeholder={field.optional && isEmpty ? "not set" : undefined}
        aria-describedby={p.described}
        autocomplete="off"
      />
      {isNumber && field.unit ? <span class="muted unit">{field.unit}</span> : null}
    </span>
  );
}

/** Moves the number beside it; without scripts there is only the number. */
function Slider({ field, value }: { field: Field; value: unknown }) {
  return (
    <input
      class="needs-js"
      type="range"
      min={field.min}
      max={field.max}
      value={String(value)}
      data-slider
      aria-label={`${field.label}, as a slider`}
    />
  );
}

function Choices(p: { id: string; name: string; field: Field; value: unknown; isOnly: boolean }) {
  return (
    <fieldset class="choices">
      <legend class={p.isOnly ? "sr-only" : undefined}>{p.field.label}</legend>
      {p.field.options?.map((o) => (
        <label class="pick">
          <input
            type="radio"
            id={`${p.id}-${o.value}`}
            name={p.name}
            value={o.value}
            checked={o.value === p.value}
          />
          <span>
            <b>{o.label}</b>
            {o.hint ? <small class="muted">{o.hint}</small> : null}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** One list of choices for each place, and one more than there are. */
function Order(p: { id: string; name: string; field: Field; value: string[]; queues: string[] }) {
  const places = [...p.value, ""];
  return (
    <fieldset class="order">
      <legend>{p.field.label}</legend>
      <ol>
        {places.map((chosen, i) => (
          <li>
            <select class="select" id={`${p.id}-${i}`} name={p.name} aria-label={`Queue ${i + 1}`}>
              <option value="">
                {i < p.value.length ? "Take it out" : i === 0 ? "As suggested" : "Add…"}
              </option>
              {p.queues.map((queue) => (
                <option value={queue} selected={queue === chosen}>
                  {queue}
                </option>
              ))}
            </select>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}

/** A number per kind, each with the kind's own beside it; left empty, its own holds. */
function Pairs(p: { id: string; field: Field; value: Record<string, number>; kinds: KnownNames["kinds"] }) {
  const set = Object.keys(p.value).length;
  return (
    <details open={set > 0} class="by-kind">
      <summary>{`${number(p.kinds.length)} kinds${set > 0 ? `, ${number(set)} set here` : ", each with its own time"}`}</summary>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" class="num">
              Its own
            </th>
            <th scope="col">Here</th>
          </tr>
        </thead>
        <tbody>
          {p.kinds.map(({ name, label, stuckAfterS }) => (
            <tr id={`${p.id}-row-${name}`}>
              <th scope="row">{label}</th>
              <td class="num muted">{typedDuration(stuckAfterS)}</td>
              <td>
                <input
                  class="input input-narrow"
                  type="text"
                  id={`${p.id}-${name}`}
                  name={`pair.${name}`}
                  value={typed(p.value[name], { control: "duration", unit: p.field.unit })}
                  placeholder={typedDuration(stuckAfterS)}
                  aria-label={`Time for ${label}`}
                  autocomplete="off"
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
