// What may stand where somebody is typing: fields, then their values. Pieces say which characters they replace.

import type { Choice, Field, Fields, Piece, Token } from "./query.ts";
import { fieldNamed, quoted, tokensOf } from "./query.ts";

export interface Suggestion {
  /** Replaces the characters from `from` to before `to`. */
  text: string;
  label: string;
  kind: "field" | "value" | "recent";
  from: number;
  to: number;
}

const shown = 12;

export async function suggestions(text: string, at: number, fields: Fields): Promise<Suggestion[]> {
  const token = tokensOf(text).find((t) => t.from <= at && at <= t.to);
  if (!token) return fields.slice(0, shown).map((f) => fieldAt(f, at, at));
  if (token.field !== null && at > token.fieldTo) return await valuesAt(token, at, fields);
  if (token.field === null && text[token.fieldFrom] === '"') return [];
  return namesAt(token, text.slice(token.fieldFrom, at).toLowerCase(), fields);
}

/** The cursor stands in a field's name, or in a word that may become one. */
function namesAt({ field, fieldFrom, fieldTo, to }: Token, start: string, fields: Fields): Suggestion[] {
  const end = field === null ? to : fieldTo + 1;
  const named = fields
    .filter((f) => [f.name, ...(f.aliases ?? [])].some((name) => name.startsWith(start)))
    .map((f) => fieldAt(f, fieldFrom, end));
  if (field !== null || start.length < 2) return named.slice(0, shown);
  const values = fields.flatMap((f) =>
    matching(f.choices?.() ?? [], start).map((c) => ({
      text: `${f.name}:${quoted(c.value, false)}`,
      label: labelOf(c),
      kind: "value" as const,
      from: fieldFrom,
      to: end,
    })),
  );
  return [...named, ...values].slice(0, shown);
}

async function valuesAt(token: Token, at: number, fields: Fields): Promise<Suggestion[]> {
  const field = fieldNamed(token.field!, fields);
  const piece = token.pieces.find((p) => p.from <= at && at <= p.to);
  if (!field || !piece) return [];
  const start = piece.value.text.toLowerCase();
  const choices = field.choices?.() ?? (await field.suggests?.(start)) ?? examples(field, piece);
  return matching(choices, start)
    .slice(0, shown)
    .map((c) => ({
      text: field.takes === "text" || field.takes === "choice" ? quoted(c.value, false) : c.value,
      label: labelOf(c),
      kind: "value",
      from: piece.from,
      to: piece.to,
    }));
}

/** Of what is measured, a few to start from. */
function examples({ takes }: Field, { value: { comparison } }: Piece): Choice[] {
  const sign = comparison || ">";
  if (takes === "duration") return ["30s", "5m", "1h", "1d"].map((v) => ({ value: sign + v }));
  if (takes === "size") return ["10mb", "100mb", "1gb", "10gb"].map((v) => ({ value: sign + v }));
  if (takes === "date") return ["today", "yesterday"].map((v) => ({ value: comparison + v }));
  return [];
}

/** What begins with it comes before what contains it. */
function matching(choices: readonly Choice[], start: string): Choice[] {
  const texts = (c: Choice) => [c.value.toLowerCase().replace(/^[<>=]+/, ""), c.label?.toLowerCase() ?? ""];
  const begins = choices.filter((c) => texts(c).some((t) => t.startsWith(start)));
  const contains = choices.filter((c) => !begins.includes(c) && texts(c).some((t) => t.includes(start)));
  return [...begins, ...contains];
}

function fieldAt(field: Field, from: number, to: number): Suggestion {
  return { text: `${field.name}:`, label: field.about, kind: "field", from, to };
}

function labelOf({ value, label }: Choice): string {
  return label === undefined || label === value ? value : `${value} (${label})`;
}
