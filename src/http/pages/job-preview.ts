// What a draft would do if it were sent now: about what, into which line, or why nothing would come of it.

import type { JobPreview } from "../../../views/parts/job-preview.tsx";
import type { Subject } from "../../queue/job.ts";
import { dedupKeyOf, type JobKind } from "../../queue/kind.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { App } from "../context.ts";
import { type JobDraft, momentOf } from "./job-draft.ts";
import { queueFigures } from "./queue-figures.ts";

export async function previewOf(app: App, draft: JobDraft): Promise<JobPreview> {
  const { kind } = draft;
  const parsed = kind.params.safeParse(draft.params);
  if (draft.errors.json || !parsed.success) return { state: "incomplete" };
  const subject = await subjectOf(app, kind, parsed.data);
  if (!subject) return { state: "incomplete" };
  if (subject.heldBack) return { state: "held", target: subject.label, why: subject.heldBack.message };
  const open = await openJob(app, kind, parsed.data, subject);
  if (open) return { state: "open", target: subject.label, ...open };
  const queue = (await queueFigures(app)).find(({ name }) => name === kind.queue);
  return {
    state: "new",
    target: subject.label,
    queue: kind.queue,
    waiting: queue?.waiting ?? 0,
    eta: queue?.etaRange ?? null,
    isPaused: queue?.isPaused === true || queue?.isEverythingPaused === true,
    pausedBy: queue?.pausedBy ?? null,
    runAt: momentOf(draft) ?? null,
    priority: draft.priority,
  };
}

/** Undefined where what the parameters name is not there, or is turned down: sending the form says why. */
async function subjectOf(app: App, kind: JobKind, params: unknown): Promise<Subject | undefined> {
  try {
    return await kind.about(params, app.tools);
  } catch (error) {
    if (error instanceof NotFound || error instanceof Refused) return undefined;
    throw error;
  }
}

/** Work on one subject is little: its newest open jobs are looked at one by one. */
async function openJob(app: App, kind: JobKind, params: unknown, { type, id }: Subject) {
  const key = dedupKeyOf(kind, params);
  if (key === null || id === null) return undefined;
  const filter = { subject: { type, id }, kind: [kind.name] };
  const status = ["pending", "running", "paused"] as const;
  const { jobs } = await app.store.list({ ...filter, status: [...status] }, "newest", 0, 20);
  const same = jobs.find((job) => dedupKeyOf(kind, kind.params.safeParse(job.params).data ?? {}) === key);
  return same && { id: same.id, status: same.status };
}
