// The rule of a collection while somebody writes it: the fields there are, what is wrong with it, what it would match.

import type { RuleEditorProps } from "../../../views/parts/rule-editor.tsx";
import { type Rule, ruleCondition, ruleOf } from "../../library/collection-rule.ts";
import { filesById } from "../../library/file-grid.ts";
import { lookAtMatches } from "../../library/rule-matches.ts";
import {
  type DraftGroup,
  draftOf,
  emptyRow,
  fitting,
  isGroup,
  opsOf,
  ruleOfDraft,
} from "../../search/rule-draft.ts";
import { ruleOfQuery, ruleText } from "../../search/rules.ts";
import { searchFields } from "../api/search-query.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import type { PageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

/** From a search where there is one, else one row to begin with. */
export async function firstDraft(app: App, q: string, rule: unknown = null): Promise<DraftGroup> {
  const stored = rule === null ? undefined : ruleOf(rule);
  if (stored && !Array.isArray(stored)) return draftOf(stored);
  const fields = await searchFields(app, "files");
  const asked = q ? ruleOfQuery(q, fields, app.clock.now()) : undefined;
  return asked ? draftOf(asked) : { match: "all", items: [fitting(emptyRow(), fields)] };
}

/** What the editor shows of a draft. */
export async function editorOf(app: App, draft: DraftGroup): Promise<RuleEditorProps> {
  const fields = (await searchFields(app, "files")).filter(({ name }) => name !== "code");
  const fitted = fittedIn(draft, fields);
  const shown = await Promise.all(
    fields.map(async (field) => ({
      name: field.name,
      about: field.about,
      takes: field.takes,
      ops: opsOf(field),
      // In the trash is nothing that a collection shows.
      choices: (field.choices?.() ?? []).filter(({ value }) => value !== "trashed"),
      suggested: used(fitted, field.name) ? ((await field.suggests?.("")) ?? []).slice(0, 50) : [],
    })),
  );
  return { draft: fitted, fields: shown };
}

export interface RuleLook {
  text: string;
  faults: string[];
  total: number;
  isLeast: boolean;
  shots: Awaited<ReturnType<typeof shotsOf>>;
}

/** Undefined where the rule says nothing yet. */
export async function lookAt(
  app: App,
  ctx: Pick<PageContext, "url">,
  draft: DraftGroup,
): Promise<RuleLook | undefined> {
  const rule = ruleOfDraft(draft);
  if (!rule) return undefined;
  const condition = ruleCondition(rule, await app.tools.readRules());
  const none = { text: ruleText(rule), faults: [], total: 0, isLeast: false, shots: [] };
  if (Array.isArray(condition)) return { ...none, faults: condition.map((fault) => fault.message) };
  const { first, ...counted } = await lookAtMatches(app.db, condition, await hiddenGroups(app));
  const files = (await filesById(app.db, first)).sort((a, b) => first.indexOf(a.id) - first.indexOf(b.id));
  return { ...none, ...counted, shots: await shotsOf(app, ctx, files) };
}

export function textOfRule(rule: unknown): string | null {
  const read = rule === null ? undefined : ruleOf(rule);
  return read && !Array.isArray(read) ? ruleText(read as Rule) : null;
}

function fittedIn(group: DraftGroup, fields: Parameters<typeof fitting>[1]): DraftGroup {
  return {
    match: group.match,
    items: group.items.map((item) => (isGroup(item) ? fittedIn(item, fields) : fitting(item, fields))),
  };
}

function used(group: DraftGroup, field: string): boolean {
  return group.items.some((item) => (isGroup(item) ? used(item, field) : item.field === field));
}
