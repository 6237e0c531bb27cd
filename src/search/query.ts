// The search grammar: `queue:transcription status:failed error:moov took:>5m -lib:Family "two words"`. Text becomes terms,
// or faults that say where they are and what would be right; terms become canonical text again.

import { nearest } from "../runtime/nearest.ts";
import { type Comparison, type Measure, rangeOf } from "./values.ts";

export interface Value {
  comparison: Comparison;
  text: string;
}

/** All of a query's terms must hold; of a term's values one. */
export interface Term {
  /** Null: a bare word. */
  field: string | null;
  not: boolean;
  values: Value[];
}

export interface Fault {
  message: string;
  /** Which characters of the query. */
  from: number;
  to: number;
  /** What to write there instead. */
  suggestion?: string;
}

export interface Field {
  name: string;
  /** Other names for it. */
  aliases?: readonly string[];
  takes: "text" | "choice" | Measure;
  /** For people: one line. */
  about: string;
  /** What there is to choose from; the value as it is written, and another name for it. */
  choices?: () => readonly Choice[];
  /** Text may be anything, and this is what exists. */
  suggests?: (start: string) => Promise<readonly Choice[]> | readonly Choice[];
}

export interface Choice {
  value: string;
  label?: string;
}

export type Fields = readonly Field[];

export interface Parsed {
  terms: Term[];
  faults: Fault[];
}

/** One value of a token as it stands in the text; `closed` is false while a quote is open. */
export interface Piece {
  value: Value;
  quoted: boolean;
  closed: boolean;
  from: number;
  to: number;
}

export interface Token {
  not: boolean;
  field: string | null;
  /** Where the field's name stands. */
  fieldFrom: number;
  fieldTo: number;
  pieces: Piece[];
  from: number;
  to: number;
}

export function parseQuery(text: string, fields: Fields, now: number): Parsed {
  const parsed: Parsed = { terms: [], faults: [] };
  // No name and no message has one, and the full-text index ends a text there.
  const nul = text.indexOf("\0");
  if (nul >= 0)
    parsed.faults.push({ message: "Here stands a character without a sign.", from: nul, to: nul + 1 });
  for (const token of tokensOf(text)) {
    const open = token.pieces.find((p) => !p.closed);
    if (open)
      parsed.faults.push({
        message: "The quote that opens here does not close.",
        from: open.from,
        to: open.to,
      });
    else readToken(token, fields, now, parsed);
  }
  return parsed;
}

export function fieldNamed(name: string, fields: Fields): Field | undefined {
  const lower = name.toLowerCase();
  return fields.find((f) => f.name === lower || f.aliases?.includes(lower));
}

/** Canonical text of terms: what it parses to is the same again. */
export function formatQuery(terms: readonly Term[]): string {
  return terms
    .map(({ field, not, values }) => {
      const written = values.map((v) => v.comparison + quoted(v.text, field === null)).join(",");
      return `${not ? "-" : ""}${field === null ? "" : `${field}:`}${written}`;
    })
    .join(" ");
}

/** Words apart, quotes kept together: what stands where. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text[at]!)) at++;
    if (at >= text.length) return tokens;
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.to;
  }
}

function tokenAt(text: string, from: number): Token {
  const not = text[from] === "-" && from + 1 < text.length && !isSpace(text[from + 1]!);
  const start = not ? from + 1 : from;
  const name = /^[A-Za-z][A-Za-z_-]*(?=:)/.exec(text.slice(start))?.[0];
  const token: Token = {
    not,
    field: name ?? null,
    fieldFrom: start,
    fieldTo: start + (name?.length ?? 0),
    pieces: [],
    from,
    to: start,
  };
  let at = name === undefined ? start : token.fieldTo + 1;
  for (;;) {
    const piece = pieceAt(text, at, name !== undefined);
    token.pieces.push(piece);
    at = piece.to;
    if (name === undefined || text[at] !== ",") break;
    at++;
  }
  token.to = at;
  return token;
}

function pieceAt(text: string, from: number, ofField: boolean): Piece {
  let at = from;
  const comparison = (ofField ? (/^(?:<=|>=|<|>|=)/.exec(text.slice(at, at + 2))?.[0] ?? "") : "") as string;
  at += comparison.length;
  const quotedText = text[at] === '"';
  let value = "";
  let closed = true;
  if (quotedText) {
    closed = false;
    for (at++; at < text.length; at++) {
      if (text[at] === "\\" && (text[at + 1] === '"' || text[at + 1] === "\\")) value += text[++at];
      else if (text[at] === '"') {
        closed = true;
        at++;
        break;
      } else value += text[at];
    }
  }
  // What follows a quote at once belongs to it: `"two words".jpg`.
  while (at < text.length && !isSpace(text[at]!) && !(ofField && text[at] === ",")) value += text[at++];
  const kept = comparison === "=" ? "" : (comparison as Comparison);
  return { value: { comparison: kept, text: value }, quoted: quotedText, closed, from, to: at };
}

const isSpace = (c: string) => /\s/.test(c);

function readToken(token: Token, fields: Fields, now: number, { terms, faults }: Parsed): void {
  const { not, field: name, pieces } = token;
  if (name === null) {
    const text = pieces[0]!.value.text;
    if (text === "")
      faults.push({ message: "There is nothing between the quotes.", from: token.from, to: token.to });
    else terms.push({ field: null, not, values: [{ comparison: "", text }] });
    return;
  }
  const field = fieldNamed(name, fields);
  if (!field) {
    faults.push(unknownField(token, fields));
    return;
  }
  const values: Value[] = [];
  for (const piece of pieces) {
    const read = readValue(field, piece, now);
    if ("message" in read) faults.push(read);
    else values.push(read);
  }
  if (values.length === pieces.length) terms.push({ field: field.name, not, values });
}

function unknownField({ field, fieldFrom, fieldTo }: Token, fields: Fields): Fault {
  const near = nearest(
    field!,
    fields.flatMap((f) => [f.name, ...(f.aliases ?? [])]),
  );
  const instead = near ? ` Did you mean ${near}?` : ` Text with a colon goes in quotes.`;
  return {
    message: `There is no field ${field}.${instead}`,
    from: fieldFrom,
    to: fieldTo,
    ...(near ? { suggestion: near } : {}),
  };
}

function readValue(field: Field, { value, from, to }: Piece, now: number): Value | Fault {
  const { comparison, text } = value;
  const fault = (message: string, suggestion?: string): Fault => ({
    message,
    from,
    to: Math.max(to, from + 1),
    ...(suggestion === undefined ? {} : { suggestion }),
  });
  if (text === "") return { ...fault(`${field.name}: needs a value.`), from: from - 1 };
  if (field.takes === "choice") {
    if (comparison) return fault(`${field.name} is not compared: leave out ${comparison}.`);
    return chosen(field, text, fault);
  }
  if (field.takes === "text") return comparison ? { comparison: "", text: comparison + text } : value;
  const range = rangeOf(field.takes, comparison, text, now);
  if (typeof range === "string") return fault(`${text} ${range}.`);
  return { comparison, text: text.toLowerCase() };
}

function chosen(
  field: Field,
  text: string,
  fault: (message: string, suggestion?: string) => Fault,
): Value | Fault {
  const choices = field.choices?.() ?? [];
  const lower = text.toLowerCase();
  const choice =
    choices.find((c) => c.value === text) ??
    choices.find((c) => c.value.toLowerCase() === lower || c.label?.toLowerCase() === lower);
  if (choice) return { comparison: "", text: choice.value };
  const values = choices.map((c) => c.value);
  const near = nearest(text, values);
  const among =
    values.length <= 14 ? ` It may be ${values.join(", ")}.` : near ? ` Did you mean ${near}?` : "";
  return fault(
    `There is no ${field.name} ${text}.${values.length === 0 ? " There is none yet." : among}`,
    near,
  );
}

/** In quotes where it would read as something else. */
export function quoted(text: string, bare: boolean): string {
  const plain = bare
    ? /^[^\s"-][^\s]*$/.test(text) && !/^[A-Za-z][A-Za-z_-]*:/.test(text)
    : /^[^\s",<>=][^\s,]*$/.test(text);
  return plain ? text : `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
