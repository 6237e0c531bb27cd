// What is wrong with a setting's value, in the words of its page: "Auto-scan: every 1 minute or more."

import type { Field, SettingRow } from "./rows.ts";

/** What zod says about one place of a value. */
export interface Issue {
  path: PropertyKey[];
  code?: string;
  message: string;
  minimum?: number | bigint;
  maximum?: number | bigint;
  expected?: string;
  values?: unknown[];
  keys?: string[];
}

export function faultInWords(setting: Pick<SettingRow, "label" | "fields" | "rows">, issue: Issue): string {
  const { fields } = setting;
  const [part, inner] = issue.path;
  const named = fields.find(
    (f) => f.part !== "" && (f.part === part || f.part === `${String(part)}.${String(inner)}`),
  );
  const field = named ?? fields[0]!;
  // A setting that stands on its page as several rows is known by the row.
  const place = named && setting.rows?.find(({ parts }) => parts.includes(named.part));
  const label = place?.label ?? setting.label;
  // Of several rows the one it is about, counted as people do.
  const row = issue.path.find((step) => typeof step === "number");
  // Of several parts, or of a setting for each kind, the one it is about.
  const of = field.part
    ? [field.label, row === undefined ? "" : row + 1].join(" ").trim()
    : part === undefined
      ? ""
      : String(part);
  if (place?.parts.length === 1)
    return `${[label, row === undefined ? "" : row + 1].join(" ").trim()}: ${expected(issue, field)}.`;
  if (
    ["number", "duration", "size"].includes(field.control) &&
    field.part &&
    ["too_small", "too_big"].includes(issue.code ?? "")
  )
    return `${label}: ${lowerFirst(of)} ${expected(issue, field)}.`;
  return `${[label, of].filter(Boolean).join(", ")}: ${expected(issue, field)}.`;
}

function expected(issue: Issue, field: Field): string {
  // Rows say themselves what is wrong with them.
  const isRow = ["windows", "servers", "queues"].includes(field.control);
  if (isRow && ["too_small", "too_big"].includes(issue.code ?? "")) return issue.message;
  switch (issue.code) {
    case "too_small":
      return `${amount(Number(issue.minimum), field)} or more`;
    case "too_big":
      return `${amount(Number(issue.maximum), field)} or less`;
    case "invalid_value":
      return `one of ${issue.values?.join(", ")}`;
    case "unrecognized_keys":
      return `there is no part ${issue.keys?.join(", ")}`;
    case "invalid_type":
      // A fraction is a number; what is none is some other text.
      if (issue.expected !== "int" && typedAs[field.control]) return typedAs[field.control]!;
      return typeNames[issue.expected ?? ""] ?? issue.message;
    default:
      return issue.message;
  }
}

function amount(n: number, { unit }: Field): string {
  const number = n.toLocaleString("en");
  if (!unit) return number;
  return `${number} ${n === 1 ? unit.replace(/s$/, "") : unit}`;
}

/** "Every" goes on a sentence, "CPU" stays as it is. */
function lowerFirst(words: string): string {
  return /^.[a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}

const typedAs: Partial<Record<Field["control"], string>> = {
  duration: "give a time like 30 s, 5 min or 1 h 30 min",
  size: "give a size like 500 MB or 2 GB",
};

const typeNames: Record<string, string> = {
  int: "a whole number",
  number: "a whole number",
  boolean: "on or off",
  string: "a text",
  object: "a value for each part",
  record: "a number for each kind",
};
