// The moments of a file as its page shows them: with the export that is on its way, and the one to download.

import type { MomentLine } from "../../../views/parts/file-moments.tsx";
import type { ExportRow } from "../../db/tables/media.ts";
import { exportsOfFile } from "../../library/exports.ts";
import { listMoments } from "../../library/moments.ts";
import type { Job } from "../../queue/job.ts";
import type { App } from "../context.ts";

export async function momentLines(app: App, fileId: number): Promise<MomentLine[]> {
  const moments = await listMoments(app.db, fileId);
  if (moments.length === 0) return [];
  const exported = new Set((await exportsOfFile(app.db, fileId, mostExports)).map(momentOf));
  const about = { subject: { type: "file" as const, id: fileId }, kind: ["moment-export"] };
  const { jobs } = await app.store.list({ ...about, status: [...open] }, "newest", 0, 100);
  const exporting = new Map(jobs.map((job) => [Number(job.params.momentId), job]));
  return moments.map(({ id, title, startMs, endMs, source }) => ({
    id,
    title,
    startMs,
    endMs,
    source,
    exporting: exportOf(exporting.get(id)),
    download: exported.has(id) ? `/api/moments/${id}/download` : null,
  }));
}

const mostExports = 500;
const open = ["pending", "running", "paused"] as const;

const momentOf = ({ momentId }: ExportRow) => momentId;

function exportOf(job: Job | undefined): MomentLine["exporting"] {
  return job ? { jobId: job.id, status: job.status, progress: job.progress } : null;
}
