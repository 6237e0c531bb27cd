// Explanations as text for terminals.

import type { ExplainedKind, FileExplanation } from "../healing/explain-file.ts";
import type { JobExplanation } from "../healing/explain-job.ts";
import { type ExplainedFailure, tookInWords } from "../healing/explain-words.ts";
import type { SecondsRange } from "../queue/start-estimate.ts";
import { clockTime, figure, inWords } from "../queue/time-words.ts";
import { columns } from "./columns.ts";

export function printFile(file: FileExplanation, now: number): string {
  const { facts } = file;
  const codecs = [facts.codecs?.container, facts.codecs?.video, facts.codecs?.audio]
    .filter(Boolean)
    .join(" ");
  const known = [
    file.type,
    `${figure(facts.sizeBytes)} bytes`,
    facts.width && facts.height ? `${facts.width}×${facts.height}` : "",
    facts.durationS === null ? "" : inWords(facts.durationS * 1000),
    codecs,
  ].filter(Boolean);
  const lines = [
    file.path,
    "",
    columns([
      ["file", `${file.id} of the library ${file.library.name}`],
      ["what", known.join(", ")],
      ["state", `${file.trashedAt ? "in the trash" : file.state}. ${file.text}`],
      ...(file.failure?.nextStep ? [["next", file.failure.nextStep]] : []),
      ...(file.seenAt ? [["seen", `${ago(file.seenAt, now)}`]] : []),
      ["SHA-256", facts.sha256 ?? "not known yet"],
      ...file.formerPlaces.map((p) => ["before", `${p.library}: ${p.path}, until ${ago(p.lastSeen, now)}`]),
      ...file.copies.map((c) => [
        "copy",
        `file ${c.id}, ${c.library}: ${c.path}${c.trashed ? " (in the trash)" : ""}`,
      ]),
    ]),
    "",
    columns([["KIND", "STATE", "JOB", "WHY"], ...file.kinds.map((kind) => kindRow(kind, now))]),
  ];
  const failed = file.kinds.filter((kind) => kind.state === "failed" && kind.failure);
  for (const kind of failed) lines.push("", ...failureLines(`${kind.label}: `, kind.failure!));
  return lines.join("\n");
}

export function printJob(job: JobExplanation, now: number): string {
  const of = job.target.type === "none" ? "" : ` of ${job.target.label}`;
  const rows = [
    ["state", `${job.status}. ${job.text}.`],
    ...job.reasons.slice(1).map((reason) => ["then", `${reason.text}.`]),
    ["queue", job.position === null ? job.queue : `${job.queue}, ${placeInWords(job)}`],
    ...(startInWords(job.startsIn, job.startsAt, now)
      ? [["starts", startInWords(job.startsIn, job.startsAt, now)!]]
      : []),
    ["made", `${ago(job.createdAt, now)}${job.askedBy ? ` by ${job.askedBy}` : ""}`],
    ["retries", `${job.retryCount} of ${job.maxRetries}`],
  ];
  const lines = [`Job ${job.id}: ${job.label}${of}`, "", columns(rows)];
  if (job.failure) lines.push("", ...failureLines("", job.failure));
  if (job.attempts.length > 0)
    lines.push(
      "",
      columns([
        ["ATTEMPT", "STARTED", "TOOK", "OUTCOME", ""],
        ...job.attempts.map((a) => [
          String(a.number),
          ago(a.startedAt, now),
          a.durationS === null ? "" : tookInWords(a.durationS),
          a.outcome.replace("_", " "),
          a.failure ? `${a.failure.code}: ${a.failure.message.split("\n")[0]}` : "",
        ]),
      ]),
    );
  if (job.logTail) lines.push("", "Log:", ...job.logTail.split("\n").map((line) => `  ${line}`));
  return lines.join("\n");
}

function kindRow(kind: ExplainedKind, now: number): string[] {
  const start = kind.state === "waiting" ? startInWords(kind.startsIn, kind.startsAt, now) : undefined;
  // Told in full below the table.
  const text = kind.state === "failed" && kind.failure ? kind.failure.message.split("\n")[0]! : kind.text;
  return [kind.label, kind.state, kind.jobId ?? "", `${text}${start ? `; starts ${start}` : ""}`];
}

function failureLines(name: string, failure: ExplainedFailure): string[] {
  return [
    `${name}${failure.code}`,
    ...failure.message
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
    ...(failure.meaning ? [`  Meaning: ${failure.meaning}`] : []),
    ...(failure.nextStep ? [`  Next: ${failure.nextStep}`] : []),
  ];
}

function startInWords(range: SecondsRange | null, at: string | null, now: number): string | undefined {
  if (at) return `at ${clockTime(Date.parse(at), now)} (in ${inWords(Date.parse(at) - now)})`;
  if (!range) return undefined;
  if (range.highS === 0) return "now";
  if (range.lowS === 0) return `within ${inWords(range.highS * 1000)}`;
  return range.lowS === range.highS
    ? `in ${inWords(range.lowS * 1000)}`
    : `in ${inWords(range.lowS * 1000)} to ${inWords(range.highS * 1000)}`;
}

function placeInWords({ position, positionIsLeast }: JobExplanation): string {
  return position === 1 ? "next" : `place ${figure(position!)}${positionIsLeast ? " or later" : ""}`;
}

function ago(iso: string, now: number): string {
  return `${inWords(now - Date.parse(iso))} ago`;
}
