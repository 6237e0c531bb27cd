// A file's life as its page shows it: the jobs about it with their attempts and what came of them, newest first; for owners
// also what people did and what happened to it.

import type { Happening, HistoryEntry } from "../../../views/parts/file-history.tsx";
import type { DerivativeRow, FileRow } from "../../db/tables/library.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { type ContentLife, lifeOf } from "../../library/content-life.ts";
import { workedS } from "../../queue/run-estimate.ts";
import { actsOn, eventsOf, jobsOfLife, outputsOf, type PersonsAct } from "../api/file-history.ts";
import { jobViews } from "../api/job-view.ts";
import type { App } from "../context.ts";

const most = 30;

export interface FileLife {
  entries: HistoryEntry[];
  older: number;
  happenings: Happening[];
}

export async function historyOf(
  app: App,
  file: FileRow,
  derivatives: DerivativeRow[],
  isOwner: boolean,
): Promise<FileLife> {
  const life = await lifeOf(app.db, file);
  const { jobs: shown, total } = await jobsOfLife(app, life, 0, most);
  const views = await jobViews(app, shown);
  const acts = isOwner ? await actsOf(app, life, shown) : new Map<string, PersonsAct[]>();
  const entries = await Promise.all(
    shown.map(async (job, i): Promise<HistoryEntry> => {
      const view = views[i]!;
      const known = job.failure ? failureCodes[job.failure.code] : undefined;
      const attempts = await app.store.attempts(job.id);
      return {
        job: { ...job, status: view.status },
        kindLabel: view.label,
        attempts,
        tookS: job.startedAt && job.finishedAt ? workedS(job, app.clock.now()) : null,
        why: view.waitingReason,
        meaning: known?.meaning ?? null,
        hint: known?.nextStep ?? null,
        outputs: outputsOf(app, job, attempts, derivatives, file.id),
        acts: acts.get(`job:${job.id}`) ?? [],
        formerId: job.subject.id === file.id ? null : job.subject.id,
      };
    }),
  );
  const older = total - shown.length;
  return { entries, older, happenings: isOwner ? await happeningsOf(app, life, acts) : [] };
}

function actsOf(app: App, { ids }: ContentLife, jobs: { id: number }[]): Promise<Map<string, PersonsAct[]>> {
  const targets = [...jobs.map(({ id }) => `job:${id}`), ...ids.flatMap((id) => [String(id), `file:${id}`])];
  return actsOn(app, targets);
}

/** The quarantine's acts are events as well, which say more. */
async function happeningsOf(
  app: App,
  life: ContentLife,
  acts: Map<string, PersonsAct[]>,
): Promise<Happening[]> {
  const events = await eventsOf(app, life.ids);
  const byPeople = life.ids
    .flatMap((id) => [...(acts.get(String(id)) ?? []), ...(acts.get(`file:${id}`) ?? [])])
    .filter(({ action }) => action.startsWith("file."));
  return [
    ...events.map(({ at, event, actor, detail }) => ({ at: new Date(at), what: event, actor, detail })),
    ...byPeople.map(({ at, action, actor }) => ({ at: new Date(at), what: action, actor, detail: null })),
    ...life.formerPlaces.map((place) => ({
      at: place.lastSeen,
      what: "place",
      actor: null,
      detail: `${place.library}: ${place.path}`,
    })),
  ];
}
