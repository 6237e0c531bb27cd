// A rule as a form holds it while somebody writes it: groups of rows, where a row may be unfinished and says "is not" itself.

import type { Rule, RuleLeaf, RuleOp } from "../library/collection-rule.ts";
import { type Field, type Fields, fieldNamed } from "./query.ts";

export type DraftOp = RuleOp | "is not";

export interface DraftRow {
  field: string;
  op: DraftOp;
  /** Several, separated by commas, mean any of them. */
  value: string;
}

export interface DraftGroup {
  /** All, at least one, or none of its items must hold. */
  match: "all" | "any" | "none";
  items: (DraftRow | DraftGroup)[];
}

export const isGroup = (item: DraftRow | DraftGroup): item is DraftGroup => "match" in item;

/** In these a comma is a comma. */
const freeText = ["path", "name", "camera"];

export function draftOf(rule: Rule): DraftGroup {
  const item = itemOf(rule);
  return isGroup(item) ? item : { match: "all", items: [item] };
}

/** Rows without a value are left out; undefined when nothing is left. */
export function ruleOfDraft(group: DraftGroup): Rule | undefined {
  const rules = group.items.flatMap((item) =>
    isGroup(item) ? (ruleOfDraft(item) ?? []) : (ruleOfRow(item) ?? []),
  );
  if (rules.length === 0) return undefined;
  if (group.match === "all") return { all: rules };
  return group.match === "any" ? { any: rules } : { not: { any: rules } };
}

export function emptyRow(): DraftRow {
  return { field: "type", op: "is", value: "" };
}

/** `r.0.field=type`, `r.1.match=any`, `r.1.0.value=…`: the form's fields, in any order. */
export function draftOfForm(form: URLSearchParams, at = "r", depth = 0): DraftGroup {
  const match = form.get(`${at}.match`);
  const items: DraftGroup["items"] = [];
  for (let i = 0; i < mostItems; i++) {
    const here = `${at}.${i}`;
    if (form.has(`${here}.match`)) {
      if (depth < deepest) items.push(draftOfForm(form, here, depth + 1));
    } else if (form.has(`${here}.field`)) items.push(rowOfForm(form, here));
    else break;
  }
  return { match: match === "any" || match === "none" ? match : "all", items };
}

const mostItems = 100;
export const deepest = 3;

/** What a button of the form asks: `add:r.1`, `group:r`, `remove:r.0`. */
export function changedDraft(draft: DraftGroup, act: string): DraftGroup {
  const [, verb, path] = /^(add|group|remove):r((?:\.\d{1,3})*)$/.exec(act) ?? [];
  if (!verb) return draft;
  const steps = path!.split(".").filter(Boolean).map(Number);
  const copy = structuredClone(draft);
  const last = verb === "remove" ? steps.pop() : undefined;
  let group = copy;
  for (const step of steps) {
    const item = group.items[step];
    if (!item || !isGroup(item)) return draft;
    group = item;
  }
  if (verb === "add") group.items.push(emptyRow());
  else if (verb === "group") group.items.push({ match: "any", items: [emptyRow()] });
  else if (last !== undefined) group.items.splice(last, 1);
  return copy;
}

/** How a field may be compared, with the words for it. */
export function opsOf(field: Pick<Field, "name" | "takes">): [DraftOp, string][] {
  const contains = freeText.includes(field.name);
  if (field.takes === "choice" || field.takes === "text")
    return contains
      ? [
          ["is", "contains"],
          ["is not", "does not contain"],
        ]
      : [
          ["is", "is"],
          ["is not", "is not"],
        ];
  const isDate = field.takes === "date";
  return [
    ["is", isDate ? "is in" : "is"],
    ["is not", isDate ? "is not in" : "is not"],
    [">", isDate ? "after" : "more than"],
    [">=", isDate ? "since" : "at least"],
    ["<", isDate ? "before" : "less than"],
    ["<=", isDate ? "until" : "at most"],
  ];
}

/** A field that was chosen anew keeps of its row what fits. */
export function fitting(row: DraftRow, fields: Fields): DraftRow {
  const field = fieldNamed(row.field, fields) ?? fields[0]!;
  const op = opsOf(field).some(([one]) => one === row.op) ? row.op : "is";
  const choices = field.takes === "choice" ? (field.choices?.() ?? []) : undefined;
  const value = !choices || choices.some((c) => c.value === row.value) ? row.value : listed(row, choices);
  return { field: field.name, op, value };
}

function listed({ value }: DraftRow, choices: readonly { value: string }[]): string {
  const all = value.split(/\s*,\s*/);
  return all.length > 1 && all.every((one) => choices.some((c) => c.value === one))
    ? value
    : (choices[0]?.value ?? "");
}

function rowOfForm(form: URLSearchParams, at: string): DraftRow {
  const op = form.get(`${at}.op`) ?? "is";
  return {
    field: (form.get(`${at}.field`) ?? "").slice(0, 50),
    op: (["is", "is not", "<", "<=", ">", ">="] as const).find((one) => one === op) ?? "is",
    value: (form.get(`${at}.value`) ?? "").slice(0, 500),
  };
}

function itemOf(rule: Rule): DraftRow | DraftGroup {
  if ("field" in rule) return rowOf(rule);
  if ("all" in rule) return { match: "all", items: rule.all.map(itemOf) };
  if ("any" in rule) return { match: "any", items: rule.any.map(itemOf) };
  const inner = rule.not;
  if ("field" in inner && inner.op === "is") return { ...rowOf(inner), op: "is not" };
  return { match: "none", items: "any" in inner ? inner.any.map(itemOf) : [itemOf(inner)] };
}

function rowOf({ field, op, value }: RuleLeaf): DraftRow {
  return { field, op, value: [value].flat().join(", ") };
}

function ruleOfRow({ field, op, value }: DraftRow): Rule | undefined {
  const text = value.trim();
  if (text === "") return undefined;
  const several = freeText.includes(field) ? [text] : text.split(/\s*,\s*/).filter(Boolean);
  const leaf: RuleLeaf = {
    field,
    op: op === "is not" ? "is" : op,
    value: several.length === 1 ? several[0]! : several,
  };
  return op === "is not" ? { not: leaf } : leaf;
}
