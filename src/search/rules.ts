// Rules of collections in the words of the search: what a condition means, a rule from a search, a rule as text.

import type { LeafReader, Rule, RuleLeaf } from "../library/collection-rule.ts";
import { type FileWords, fileFields, fileTerms } from "./file-fields.ts";
import { type Fields, formatQuery, parseQuery, type Term, type Value } from "./query.ts";

export function leafReader(words: FileWords, now: number): LeafReader {
  const fields = fileFields(words);
  return (leaf) => {
    const { terms, faults } = parseQuery(formatQuery([termOf(leaf)]), fields, now);
    const [fault] = faults;
    if (fault)
      return {
        path: [fields.some((f) => f.name === leaf.field) ? "value" : "field"],
        message: fault.message,
      };
    return fileTerms(terms, words, now)[0]!;
  };
}

/** All terms of a search must hold. */
export function ruleOfQuery(text: string, fields: Fields, now: number): Rule | undefined {
  const { terms, faults } = parseQuery(text, fields, now);
  if (faults.length > 0 || terms.length === 0) return undefined;
  return { all: terms.map(ruleOfTerm) };
}

/** In the search's words: `type:video (codec:hevc or -lib:Family)`. */
export function ruleText(rule: Rule): string {
  return textOf(rule, true);
}

function textOf(rule: Rule, isWhole = false): string {
  if ("field" in rule) return formatQuery([termOf(rule)]);
  if ("not" in rule)
    return "field" in rule.not ? `-${formatQuery([termOf(rule.not)])}` : `not ${textOf(rule.not)}`;
  const [rules, word] = "all" in rule ? [rule.all, " "] : [rule.any, " or "];
  if (rules.length === 0) return isWhole ? "all files" : "(anything)";
  const text = rules.map((one) => textOf(one)).join(word);
  return isWhole || rules.length === 1 ? text : `(${text})`;
}

function termOf({ field, op, value }: RuleLeaf): Term {
  const comparison = op === "is" ? "" : op;
  return { field, not: false, values: [value].flat().map((text) => ({ comparison, text })) };
}

function ruleOfTerm({ field, not, values }: Term): Rule {
  const name = field ?? "path";
  const leaf = (of: Value[]): RuleLeaf => ({
    field: name,
    op: of[0]!.comparison === "" ? "is" : of[0]!.comparison,
    value: of.length === 1 ? of[0]!.text : of.map((one) => one.text),
  });
  const isOneWay = values.every((one) => one.comparison === values[0]!.comparison);
  const rule: Rule = isOneWay ? leaf(values) : { any: values.map((one) => leaf([one])) };
  return not ? { not: rule } : rule;
}
