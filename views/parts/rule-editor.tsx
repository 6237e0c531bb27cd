// The rule of a collection as a form: rows of field, comparison and value, in groups of which all, one or none must hold.
// Without scripts each button sends the form and gets it back, changed.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { DraftGroup, DraftOp, DraftRow } from "../../src/search/rule-draft.ts";
import { counted, number } from "../format.ts";
import { FileShot, type Shot } from "./file-shot.tsx";
import { Icon } from "./icon.tsx";

type Url = PageContext["url"];

export interface RuleField {
  name: string;
  about: string;
  takes: string;
  ops: [DraftOp, string][];
  choices: readonly { value: string; label?: string }[];
  suggested: readonly { value: string; label?: string }[];
}

export interface RuleEditorProps {
  draft: DraftGroup;
  fields: RuleField[];
}

const deepest = 3;

export function RuleEditor({ draft, fields, url }: RuleEditorProps & { url: Url }) {
  return (
    <fieldset id="rule" class="rule" data-rule>
      <legend class="label-text">Files for which</legend>
      <Group group={draft} at="r" fields={fields} url={url} depth={1} />
    </fieldset>
  );
}

interface PartProps {
  at: string;
  fields: RuleField[];
  url: Url;
}

function Group({ group, at, fields, url, depth }: PartProps & { group: DraftGroup; depth: number }) {
  return (
    <fieldset class="rule-group" aria-label={depth === 1 ? "Conditions" : "Group of conditions"}>
      <div class="rule-head">
        <select class="select" name={`${at}.match`} aria-label="How many must hold">
          {matches.map(([value, words]) => (
            <option value={value} selected={group.match === value}>
              {words}
            </option>
          ))}
        </select>
        {depth > 1 ? <Act act={`remove:${at}`} url={url} icon="x" label="Remove this group" /> : null}
      </div>
      <ul class="rule-items">
        {group.items.map((item, i) => (
          <li>
            {"match" in item ? (
              <Group group={item} at={`${at}.${i}`} fields={fields} url={url} depth={depth + 1} />
            ) : (
              <Row row={item} at={`${at}.${i}`} fields={fields} url={url} />
            )}
          </li>
        ))}
      </ul>
      <div class="row">
        <Act act={`add:${at}`} url={url} icon="plus" label="Condition" isWord />
        {depth < deepest ? <Act act={`group:${at}`} url={url} icon="group" label="Group" isWord /> : null}
      </div>
    </fieldset>
  );
}

const matches = [
  ["all", "all of these hold"],
  ["any", "at least one of these holds"],
  ["none", "none of these holds"],
] as const;

function Row({ row, at, fields, url }: PartProps & { row: DraftRow }) {
  const field = fields.find(({ name }) => name === row.field) ?? fields[0]!;
  return (
    <div class="rule-row">
      <select class="select" name={`${at}.field`} aria-label="Field" title={field.about}>
        {fields.map(({ name }) => (
          <option value={name} selected={name === field.name}>
            {fieldLabels[name] ?? name}
          </option>
        ))}
      </select>
      <select class="select" name={`${at}.op`} aria-label="Comparison">
        {field.ops.map(([op, words]) => (
          <option value={op} selected={op === row.op}>
            {words}
          </option>
        ))}
      </select>
      <Value row={row} at={at} field={field} />
      <Act act={`remove:${at}`} url={url} icon="x" label="Remove this condition" />
    </div>
  );
}

function Value({ row, at, field }: { row: DraftRow; at: string; field: RuleField }) {
  const label = `Value of ${fieldLabels[field.name] ?? field.name}`;
  const isChosen =
    field.takes === "choice" && (row.value === "" || field.choices.some((c) => c.value === row.value));
  if (isChosen)
    return (
      <select class="select" name={`${at}.value`} aria-label={label}>
        {field.choices.map(({ value, label: words }) => (
          <option value={value} selected={value === row.value}>
            {words ?? value}
          </option>
        ))}
      </select>
    );
  const list = field.suggested.length > 0 ? `${at}-list` : undefined;
  return (
    <>
      <input
        class="input"
        name={`${at}.value`}
        value={row.value}
        placeholder={examples[field.takes] ?? ""}
        aria-label={label}
        list={list}
        maxlength={500}
        autocomplete="off"
        spellcheck={false}
      />
      {list ? (
        <datalist id={list}>
          {field.suggested.map(({ value, label: words }) => (
            <option value={value}>{words ?? ""}</option>
          ))}
        </datalist>
      ) : null}
    </>
  );
}

const fieldLabels: Record<string, string> = {
  lib: "library",
  ext: "extension",
  is: "is",
  has: "has",
  captured: "captured",
  hash: "SHA-256",
};
const examples: Record<string, string> = {
  text: "words",
  number: "1920",
  size: "1.5gb",
  duration: "1h30m",
  date: "2019, 2019-07, today",
};

function Act({
  act,
  url,
  icon,
  label,
  isWord,
}: {
  act: string;
  url: Url;
  icon: "x" | "plus" | "group";
  label: string;
  isWord?: boolean;
}) {
  return (
    <button
      type="submit"
      class={isWord ? "btn btn-small" : "btn-icon"}
      name="do"
      value={act}
      formaction={url("/collections/draft")}
      formnovalidate
      aria-label={isWord ? undefined : label}
      title={isWord ? undefined : label}
    >
      <Icon name={icon} />
      {isWord ? label : null}
    </button>
  );
}

export interface RuleLookProps {
  look: { text: string; faults: string[]; total: number; isLeast: boolean; shots: Shot[] } | undefined;
  /** Nobody has looked yet. */
  isOpen?: boolean;
}

/** What it would match, before anybody saves it. */
export function RuleLook({ look, isOpen }: RuleLookProps) {
  return (
    <section
      id="rule-look"
      class="card rule-look"
      aria-labelledby="rule-look-title"
      data-open-look={isOpen ? "" : undefined}
    >
      <h2 id="rule-look-title">{look && look.faults.length === 0 ? inWords(look) : "What it matches"}</h2>
      {look ? (
        <p class="muted break">
          <code>{look.text}</code>
        </p>
      ) : (
        <p class="muted">
          {isOpen
            ? "Check it to see what it matches."
            : "Give a condition a value, and its files appear here."}
        </p>
      )}
      {look && look.faults.length > 0 ? (
        <ul class="faults" role="alert">
          {look.faults.map((fault) => (
            <li>{fault}</li>
          ))}
        </ul>
      ) : null}
      {look && look.shots.length > 0 ? (
        <ul class="shots rule-shots">
          {look.shots.map((shot) => (
            <FileShot shot={shot} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function inWords({ total, isLeast }: { total: number; isLeast: boolean }): string {
  if (total === 0) return "Matches no file";
  return isLeast ? `Matches more than ${number(total)} files` : `Matches ${counted(total, "file")}`;
}
