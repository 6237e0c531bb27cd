// The three things to do with all failures of a cause: try them again, ignore them, hold their files back.

import { recordEvent } from "../history/event-log.ts";
import type { FailureGroup, JobFilter } from "../queue/job-store.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { type Ignoring, ignoreCause, ignoredCauses } from "./ignored-causes.ts";
import type { HealingParts } from "./parts.ts";
import { allOf } from "./problems.ts";
import { holdFile, inTurns } from "./quarantine.ts";

export async function retryProblem(
  parts: HealingParts,
  fingerprint: string,
  by: string,
  hideGroups: number[],
): Promise<number> {
  const group = await groupBy(parts, fingerprint, hideGroups);
  const retried = await parts.queue.moveAll(allOf(fingerprint, hideGroups), "retry", by);
  await tell(parts, by, `retried ${retried} of ${inShort(group)}`);
  return retried;
}

/** Said twice it holds with what was said last, though its failures are cleared by then. */
export async function ignoreProblem(
  parts: HealingParts,
  fingerprint: string,
  ignoring: Ignoring,
  hideGroups: number[],
): Promise<number> {
  const ignored = (await ignoredCauses(parts)).find((one) => one.fingerprint === fingerprint);
  const cause = ignored ?? (await groupBy(parts, fingerprint, hideGroups));
  return await ignoreCause(parts, cause, ignoring, hideGroups);
}

export interface QuarantinedProblem {
  quarantined: number;
  /** Their failures, which are dealt with by this. */
  cleared: number;
}

/** Holds every file of the group back. Failures that are about no file stay. */
export async function quarantineProblem(
  parts: HealingParts,
  fingerprint: string,
  by: string,
  hideGroups: number[],
): Promise<QuarantinedProblem> {
  const group = await groupBy(parts, fingerprint, hideGroups);
  const jobIds: number[] = [];
  const files = new Map<number, { kind: string; failures: number }>();
  for await (const ids of parts.store.idBatches(allOf(fingerprint, hideGroups), atOnce))
    for await (const id of inTurns(ids)) {
      const job = await parts.store.get(id);
      if (job?.subject.type !== "file" || job.subject.id === null) continue;
      jobIds.push(id);
      const failures = (files.get(job.subject.id)?.failures ?? 0) + 1;
      files.set(job.subject.id, { kind: job.kind, failures });
    }
  if (files.size === 0)
    throw new Refused(
      409,
      "problem.no-files",
      "These failures are about no file, so there is none to hold back.",
    );
  const did = { quarantined: 0, cleared: 0 };
  for await (const fileId of inTurns([...files.keys()])) {
    const hold = { code: group.code, reason: group.message, ...files.get(fileId)!, by };
    if (await holdFile(parts, fileId, hold)) did.quarantined++;
  }
  for (let at = 0; at < jobIds.length; at += atOnce) {
    const filter: JobFilter = { ids: jobIds.slice(at, at + atOnce), status: ["unacknowledged"] };
    did.cleared += await parts.queue.moveAll(filter, "acknowledge", by);
  }
  return did;
}

const atOnce = 500;

async function groupBy(
  { store }: HealingParts,
  fingerprint: string,
  hideGroups: number[],
): Promise<FailureGroup> {
  const group = (await store.failureGroups(hideGroups)).find((one) => one.fingerprint === fingerprint);
  if (!group) throw new NotFound("problem", fingerprint);
  return group;
}

async function tell(parts: HealingParts, actor: string, detail: string): Promise<void> {
  await recordEvent(parts, { event: "bulk", actor, detail });
}

function inShort({ code, message }: FailureGroup): string {
  return `${code}: ${message}`;
}
