// What one may search jobs by, and what each term asks of the queue.

import { categories, jobStatuses } from "../queue/job.ts";
import type { ListedStatus } from "../queue/job-store.ts";
import type { JobTerm, JobTest, Range } from "../queue/job-term.ts";
import type { Choice, Field, Fields, Term } from "./query.ts";
import { type Measure, rangeOf } from "./values.ts";

/** What a search of jobs may name, as it is now. */
export interface JobWords {
  queues: readonly string[];
  kinds: readonly { name: string; alias?: string | undefined; label: string }[];
  libraries: readonly { id: number; name: string }[];
  people: readonly { id: string; name: string; email: string }[];
  codes(): Promise<readonly Choice[]>;
  workers(): Promise<readonly Choice[]>;
}

const statuses = [...jobStatuses, "waiting", "delayed"] as const;
/** `unacknowledged` is no word of a search: lists ask for it. */
export type SearchedStatus = (typeof statuses)[number] | "unacknowledged";

/** What enqueues by itself; people are known by their names. */
const sources: Choice[] = [
  "scan",
  "auto-scan",
  "public-scan",
  "watch",
  "transform",
  "backfill",
  "cli",
  "api",
].map((value) => ({ value }));

const choice = (value: string, label?: string): Choice =>
  label === undefined ? { value } : { value, label };

export function jobFields(words: JobWords): Fields {
  const fields: Field[] = [
    {
      name: "queue",
      takes: "choice",
      about: "the queue it waits in",
      choices: () => words.queues.map((q) => choice(q)),
    },
    {
      name: "kind",
      aliases: ["type"],
      takes: "choice",
      about: "what it does",
      choices: () => words.kinds.map((k) => choice(k.name, k.alias ?? k.label)),
    },
    {
      name: "status",
      takes: "choice",
      about: "where it stands",
      choices: () => statuses.map((s) => choice(s)),
    },
    {
      name: "lib",
      aliases: ["library"],
      takes: "choice",
      about: "the library it is about",
      choices: () => words.libraries.map((l) => choice(l.name)),
    },
    {
      name: "category",
      takes: "choice",
      about: "what it consumes",
      choices: () => categories.map((c) => choice(c)),
    },
    { name: "error", takes: "text", about: "in what its failure says" },
    {
      name: "code",
      takes: "text",
      about: "the failure's code, or the part before its dot",
      suggests: () => words.codes(),
    },
    { name: "cause", takes: "text", about: "the name of a group of failures of one cause" },
    {
      name: "file",
      aliases: ["path", "target"],
      takes: "text",
      about: "in the path or name of what it is about",
    },
    { name: "took", takes: "duration", about: "how long it ran: >5m" },
    { name: "age", takes: "duration", about: "how long ago it was created: >2d" },
    { name: "created", takes: "date", about: "when it was created: today, <2026-01-01" },
    { name: "finished", takes: "date", about: "when it ended: today" },
    { name: "priority", takes: "number", about: "1 is first, 10 last: <3" },
    { name: "retries", takes: "number", about: "how often it was tried again: >0" },
    { name: "worker", takes: "text", about: "who ran it", suggests: () => words.workers() },
    {
      name: "by",
      takes: "choice",
      about: "who or what asked for it",
      choices: () => [...words.people.map((p) => choice(p.name, p.email)), ...sources],
    },
    {
      name: "is",
      takes: "choice",
      about: "stuck, backfill, frozen or cleared",
      choices: () => ["stuck", "backfill", "frozen", "cleared"].map((v) => choice(v)),
    },
  ];
  return fields;
}

export interface JobMeaning {
  terms: JobTerm[];
  /** Some statuses need to be asked elsewhere: which jobs are held back just now. */
  statuses: { not: boolean; in: SearchedStatus[] }[];
}

/** `stuck`: the ids of the jobs that are, asked only when a term names them. */
export async function jobMeaning(
  terms: readonly Term[],
  words: JobWords,
  now: number,
  stuck: () => Promise<number[]>,
): Promise<JobMeaning> {
  const meaning: JobMeaning = { terms: [], statuses: [] };
  for (const { field, not, values } of terms) {
    const texts = values.map((v) => v.text);
    if (field === "status") {
      meaning.statuses.push({ not, in: texts as SearchedStatus[] });
      continue;
    }
    if (field === "is") {
      meaning.terms.push(...(await isTerms(texts, not, stuck)));
      continue;
    }
    const ranges = (measure: Measure) =>
      values.map((v) => rangeOf(measure, v.comparison, v.text, now)).filter((r) => typeof r !== "string");
    meaning.terms.push({ not, test: testOf(field, texts, ranges, words, now) });
  }
  return meaning;
}

function testOf(
  field: string | null,
  texts: string[],
  ranges: (measure: Measure) => Range[],
  words: JobWords,
  now: number,
): JobTest {
  switch (field) {
    case null:
      return { of: "text", any: texts };
    case "queue":
    case "kind":
      return { of: field, in: texts };
    case "category":
      return { of: field, in: categories.filter((c) => texts.includes(c)) };
    case "lib":
      return { of: "group", in: words.libraries.filter((l) => texts.includes(l.name)).map((l) => l.id) };
    case "file":
      return { of: "label", any: texts };
    case "error":
    case "worker":
      return { of: field, any: texts };
    case "code":
      return { of: field, in: texts };
    case "cause":
      return { of: "fingerprint", in: texts };
    case "by": {
      const people = words.people.filter((p) => texts.includes(p.name)).map((p) => p.id);
      return { of: "origin", in: [...people, ...texts.filter((t) => sources.some((s) => s.value === t))] };
    }
    case "took":
      return { of: "runMs", ranges: ranges("duration"), now };
    case "age":
      return { of: "created", ranges: ranges("duration").map((r) => before(r, now)) };
    case "created":
    case "finished":
      return { of: field, ranges: ranges("date") };
    case "priority":
    case "retries":
      return { of: field, ranges: ranges("number") };
  }
  throw new Error(`Nobody answers ${field}`);
}

/** So long ago, as points in time. */
function before({ from, to }: Range, now: number): Range {
  return {
    ...(to === undefined ? {} : { from: now - to + 1 }),
    ...(from === undefined ? {} : { to: now - from + 1 }),
  };
}

async function isTerms(texts: string[], not: boolean, stuck: () => Promise<number[]>): Promise<JobTerm[]> {
  const tests: JobTest[] = [];
  for (const text of texts) {
    if (text === "stuck") tests.push({ of: "id", in: await stuck() });
    else tests.push({ of: text as "backfill" | "frozen" | "cleared" });
  }
  if (tests.length === 1) return [{ not, test: tests[0]! }];
  return [{ not, test: { of: "any", tests } }];
}

/** As the queue's lists take them. */
export function listedStatuses(of: SearchedStatus[]): ListedStatus[] {
  return of.filter((s) => s !== "queued");
}
