// A failure is outlived once the same work has succeeded on the same file as another job: the file was copied again, a scan
// saw it, and all went well. Nobody needs to clear it by hand then.

import type { Job } from "../queue/job.ts";
import { dedupKeyOf } from "../queue/kind.ts";
import type { HealingParts } from "./parts.ts";

/** Clears what failed before this job, which has succeeded, began. */
export async function clearOutlived({ store, queue }: HealingParts, job: Job): Promise<void> {
  const { subject, startedAt } = job;
  if (subject.type !== "file" || subject.id === null || !startedAt || !(await anyFailed(store, job))) return;
  const filter = {
    subject: { type: subject.type, id: subject.id },
    kind: [job.kind],
    status: ["unacknowledged" as const],
  };
  const { jobs } = await store.list(filter, "newest", 0, mostAtOnce);
  const kind = queue.catalogue.find(job.kind);
  const workOf = ({ params }: Job) => kind && dedupKeyOf(kind, params);
  const work = workOf(job);
  const isOutlived = (one: Job) => work && workOf(one) === work && one.finishedAt! <= startedAt;
  const ids = jobs.filter(isOutlived).map((one) => one.id);
  if (ids.length > 0) await queue.moveAll({ ids, status: ["unacknowledged"] }, "acknowledge", null);
}

const mostAtOnce = 100;

/** By the counts, which cost nothing: while all goes well no list is asked for. */
async function anyFailed(store: HealingParts["store"], { kind, queue }: Job): Promise<boolean> {
  return (await store.tallies()).some(
    ({ lane, failed }) => failed > 0 && lane.kind === kind && lane.queue === queue,
  );
}
