// What one may search files by, and what each term asks of them.

import type { FileTerm, FileTest } from "../library/file-term.ts";
import type { Range } from "../queue/job-term.ts";
import type { Choice, Fields, Term } from "./query.ts";
import { type Measure, rangeOf } from "./values.ts";

/** What a search of files may name, as it is now. */
export interface FileWords {
  libraries: readonly { id: number; name: string }[];
  /** Kinds of derivatives. */
  derivatives: readonly string[];
  extensions(): Promise<readonly Choice[]>;
  codecs(): Promise<readonly Choice[]>;
  cameras(): Promise<readonly Choice[]>;
  tags(): Promise<readonly Choice[]>;
  codes(): Promise<readonly Choice[]>;
}

const types = ["video", "image", "audio"] as const;
const states = ["ok", "missing", "invalid", "quarantined"] as const;
/** Pages call what is invalid damaged. */
const stateChoices = states.map((value) => ({ value, ...(value === "invalid" && { label: "damaged" }) }));
const known = ["hash", "metadata", "date", "place", "camera", "title", "tags", "rating"] as const;
const plain = (values: readonly string[]) => values.map((value) => ({ value }));

export function fileFields(words: FileWords): Fields {
  return [
    { name: "type", takes: "choice", about: "video, image or audio", choices: () => plain(types) },
    {
      name: "lib",
      aliases: ["library"],
      takes: "choice",
      about: "the library it is in",
      choices: () => plain(words.libraries.map((l) => l.name)),
    },
    { name: "path", takes: "text", about: "in its path" },
    { name: "name", aliases: ["file"], takes: "text", about: "in its name" },
    { name: "title", takes: "text", about: "in its title" },
    { name: "tag", takes: "text", about: "one of its tags: tag:holiday", suggests: () => words.tags() },
    { name: "rating", takes: "number", about: "stars, 0.5 to 5: >3" },
    { name: "ext", takes: "text", about: "how its name ends: mkv", suggests: () => words.extensions() },
    {
      name: "codec",
      takes: "text",
      about: "video, audio or container format: hevc",
      suggests: () => words.codecs(),
    },
    { name: "width", takes: "number", about: "in pixels: >1920" },
    { name: "height", takes: "number", about: "in pixels" },
    { name: "size", takes: "size", about: "how large it is: >1gb" },
    { name: "duration", takes: "duration", about: "how long it plays: >1h" },
    {
      name: "state",
      takes: "choice",
      about: "ok, missing, damaged or quarantined",
      choices: () => stateChoices,
    },
    { name: "code", takes: "text", about: "why it is invalid", suggests: () => words.codes() },
    { name: "captured", aliases: ["taken"], takes: "date", about: "when it was taken: 2019, >2020-05" },
    { name: "added", aliases: ["created"], takes: "date", about: "when it was found" },
    { name: "camera", takes: "text", about: "in make, model or lens", suggests: () => words.cameras() },
    { name: "hash", takes: "text", about: "its SHA-256, or how it begins" },
    {
      name: "is",
      takes: "choice",
      about: "trashed or duplicate",
      choices: () => plain(["trashed", "duplicate"]),
    },
    {
      name: "has",
      takes: "choice",
      about: "what is made or known of it",
      choices: () => plain([...words.derivatives, ...known]),
    },
  ];
}

export function fileTerms(terms: readonly Term[], words: FileWords, now: number): FileTerm[] {
  return terms.flatMap(({ field, not, values }) => {
    const texts = values.map((v) => v.text);
    const ranges = (measure: Measure) =>
      values.map((v) => rangeOf(measure, v.comparison, v.text, now)).filter((r) => typeof r !== "string");
    const tests = testsOf(field, texts, ranges, words);
    return [{ not, test: tests.length === 1 ? tests[0]! : { of: "any" as const, tests } }];
  });
}

function testsOf(
  field: string | null,
  texts: string[],
  ranges: (measure: Measure) => Range[],
  words: FileWords,
): FileTest[] {
  const lower = texts.map((t) => t.toLowerCase());
  switch (field) {
    case null:
    case "path":
      return [{ of: "path", any: texts }];
    case "title":
    case "name":
    case "camera":
      return [{ of: field, any: texts }];
    case "lib":
      return [{ of: "library", in: words.libraries.filter((l) => texts.includes(l.name)).map((l) => l.id) }];
    case "type":
      return [{ of: field, in: types.filter((t) => texts.includes(t)) }];
    case "state":
      return [{ of: field, in: states.filter((s) => texts.includes(s)) }];
    case "ext":
      return [{ of: field, in: lower.map((ext) => ext.replace(/^\./, "")) }];
    case "codec":
      return [{ of: field, in: lower }];
    case "code":
      return [{ of: field, in: texts }];
    case "hash":
      return [{ of: field, any: lower }];
    case "tag":
      return [{ of: field, in: texts }];
    case "rating":
    case "width":
    case "height":
      return [{ of: field, ranges: ranges("number") }];
    case "size":
      return [{ of: "sizeBytes", ranges: ranges("size") }];
    case "duration":
      return [{ of: "durationMs", ranges: ranges("duration") }];
    case "captured":
    case "added":
      return [{ of: field, ranges: ranges("date") }];
    case "is":
      return texts.map((of) => ({ of: of as "trashed" | "duplicate" }));
    case "has":
      return hasTests(texts);
  }
  throw new Error(`Nobody answers ${field}`);
}

function hasTests(texts: string[]): FileTest[] {
  const facts = known.filter((k) => texts.includes(k));
  const made = texts.filter((t) => !(known as readonly string[]).includes(t));
  return [
    ...(facts.length > 0 ? [{ of: "known" as const, in: facts }] : []),
    ...(made.length > 0 ? [{ of: "derivative" as const, in: made }] : []),
  ];
}
