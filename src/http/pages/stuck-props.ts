// The tab of what stands still and of what died: stuck runs, the causes that such jobs end with, and what healing did.

import { join } from "node:path";
import type { StuckProps } from "../../../views/parts/stuck-list.tsx";
import { listEvents } from "../../history/event-log.ts";
import { filesById } from "../../library/file-grid.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { FailureGroup } from "../../queue/job-store.ts";
import type { Stuck } from "../../queue/stuck.ts";
import type { App } from "../context.ts";
import { picturesOf, shownCauses } from "./cause-shown.ts";

const eventsShown = 10;
const mostShown = 50;

export async function stuckProps(
  app: App,
  stuck: Stuck[],
  deaths: FailureGroup[],
  hidden: number[],
): Promise<StuckProps> {
  const shown = stuck.slice(0, mostShown);
  const ids = shown.flatMap(({ job }) => (job.subject.type === "file" ? (job.subject.id ?? []) : []));
  const pictures = await picturesOf(app, ids);
  const files = new Map((await filesById(app.db, ids)).map((file) => [file.id, file]));
  const roots = new Map((await listLibraries(app.db)).map(({ id, path }) => [id, path]));
  const fullPath = (fileId: number | null) => {
    const file = fileId === null ? undefined : files.get(fileId);
    return file && join(roots.get(file.libraryId) ?? "", file.path);
  };
  const events = ["stuck", "cleared", "auto-heal", "orphaned", "restarted"] as const;
  return {
    stuck: shown.map(({ job, thresholdS }) => {
      const fileId = job.subject.type === "file" ? job.subject.id : null;
      return {
        id: job.id,
        kindLabel: app.queue.catalogue.find(job.kind)?.label ?? job.kind,
        queue: job.queue,
        label: fullPath(fileId) ?? job.subject.label,
        fileId,
        picture: fileId === null ? null : (pictures[fileId] ?? null),
        progress: job.progress,
        silentSince: job.progressAt!,
        startedAt: job.startedAt,
        thresholdS,
      };
    }),
    total: stuck.length,
    deaths: await shownCauses(
      app,
      deaths.map((group) => ({ group })),
    ),
    events: await listEvents(app.db, { event: events, hideLibraries: hidden }, eventsShown),
    autoHeal: app.settings.get("autoHeal"),
  };
}
