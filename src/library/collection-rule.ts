// What a dynamic collection asks of files: groups of `all`, `any` and `not` over the fields of the search. Here is their shape
// and what they mean in SQL; what a single field means, the search says.

import { and, or, type SQL, sql } from "drizzle-orm";
import { fileCondition } from "./file-conditions.ts";
import type { FileTerm } from "./file-term.ts";

export const ruleOps = ["is", "<", "<=", ">", ">="] as const;
export type RuleOp = (typeof ruleOps)[number];

/** `is` means as much as `field:value` in a search; of several values one must hold. */
export interface RuleLeaf {
  field: string;
  op: RuleOp;
  value: string | string[];
}

export type Rule = { all: Rule[] } | { any: Rule[] } | { not: Rule } | RuleLeaf;

export interface RuleFault {
  /** In the rule: `["all", 1, "value"]`. */
  path: (string | number)[];
  message: string;
}

/** What a leaf asks of files as they are now, or what is wrong with it. */
export type LeafReader = (leaf: RuleLeaf) => FileTerm | RuleFault;
/** Fields know libraries, codecs and cameras: they are asked anew for each rule. */
export type RuleReader = () => Promise<LeafReader>;

const deepest = 6;
const mostLeaves = 100;

function isLeaf(rule: Rule): rule is RuleLeaf {
  return "field" in rule;
}

/** The rule that JSON holds, or everything that is wrong with it. */
export function ruleOf(input: unknown): Rule | RuleFault[] {
  const faults: RuleFault[] = [];
  const leaves = { left: mostLeaves };
  const rule = nodeOf(input, [], faults, leaves);
  if (leaves.left < 0) faults.push({ path: [], message: `A rule has at most ${mostLeaves} conditions.` });
  return faults.length > 0 || !rule ? faults : rule;
}

/** The rule as a condition on a row of `file`, or what its fields find wrong with it. */
export function ruleCondition(rule: Rule, read: LeafReader): SQL | RuleFault[] {
  const faults: RuleFault[] = [];
  const condition = conditionOf(rule, read, [], faults);
  return faults.length > 0 ? faults : condition;
}

function nodeOf(
  input: unknown,
  path: RuleFault["path"],
  faults: RuleFault[],
  leaves: { left: number },
): Rule | undefined {
  const wrong = (message: string, ...at: (string | number)[]) =>
    void faults.push({ path: [...path, ...at], message });
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return wrong("A rule is {all:[…]}, {any:[…]}, {not:…} or {field, op, value}.") as undefined;
  if (path.length >= deepest * 2) return wrong(`Groups may lie ${deepest} deep.`) as undefined;
  const keys = Object.keys(input);
  const of = input as Record<string, unknown>;
  if (keys.length === 1 && (keys[0] === "all" || keys[0] === "any")) {
    const group = of[keys[0]];
    if (!Array.isArray(group)) return wrong(`${keys[0]} takes a list of rules.`, keys[0]) as undefined;
    const rules = group.flatMap((one, i) => nodeOf(one, [...path, keys[0]!, i], faults, leaves) ?? []);
    return keys[0] === "all" ? { all: rules } : { any: rules };
  }
  if (keys.length === 1 && keys[0] === "not") {
    const rule = nodeOf(of.not, [...path, "not"], faults, leaves);
    return rule && { not: rule };
  }
  return leafOf(of, wrong, leaves);
}

function leafOf(
  of: Record<string, unknown>,
  wrong: (message: string, ...at: string[]) => void,
  leaves: { left: number },
): RuleLeaf | undefined {
  leaves.left--;
  const { field, op = "is", value, ...rest } = of;
  const texts = typeof value === "number" ? String(value) : value;
  for (const key of Object.keys(rest)) wrong(`A rule has no ${key}.`, key);
  if (typeof field !== "string" || !/^[a-z][a-z_-]*$/i.test(field))
    return wrong("A condition names a field.", "field") as undefined;
  if (!ruleOps.includes(op as RuleOp)) return wrong(`op is one of ${ruleOps.join(" ")}.`, "op") as undefined;
  if (typeof texts === "string" && texts.trim() !== "" && texts.length <= 500)
    return { field, op: op as RuleOp, value: texts.trim() };
  const isList = Array.isArray(texts) && texts.length > 0 && texts.length <= 50;
  if (isList && texts.every((one) => typeof one === "string" && one.trim() !== "" && one.length <= 500))
    return { field, op: op as RuleOp, value: texts as string[] };
  return wrong(`${field} needs a value.`, "value") as undefined;
}

function conditionOf(rule: Rule, read: LeafReader, path: RuleFault["path"], faults: RuleFault[]): SQL {
  if (isLeaf(rule)) {
    const term = read(rule);
    if (!("message" in term)) return fileCondition(term);
    faults.push({ ...term, path: [...path, ...term.path] });
    return sql`0`;
  }
  if ("not" in rule) return sql`NOT coalesce(${conditionOf(rule.not, read, [...path, "not"], faults)}, 0)`;
  const key = "all" in rule ? "all" : "any";
  const rules = "all" in rule ? rule.all : rule.any;
  const each = rules.map((one, i) => sql`coalesce(${conditionOf(one, read, [...path, key, i], faults)}, 0)`);
  // An empty group narrows nothing: so a rule that is being written shows everything, not nothing.
  if (each.length === 0) return sql`1`;
  return sql`(${key === "all" ? and(...each) : or(...each)})`;
}
