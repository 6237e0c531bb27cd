// A file's whole life, newest first and by day: every job about it, who did what, what happened to it, and where it stood
// before. A page at a time; or only what failed.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Attempt, Job } from "../../src/queue/job.ts";
import { counted, dateTime, number } from "../format.ts";
import { detailWords, eventWords } from "./event-words.ts";
import type { Copy } from "./file-facts.tsx";
import { FileJob } from "./file-job.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { PageLinks } from "./page-links.tsx";

/** Whoever looks at it. */
export type Seer = Pick<PageContext, "url" | "user">;

export interface HistoryView {
  page: number;
  /** Only jobs that failed. */
  failures: boolean;
}

export interface HistoryEntry {
  job: Job;
  kindLabel: string;
  attempts: Attempt[];
  /** Once it has ended: how long it worked, without the time it stood frozen. */
  tookS: number | null;
  why: string | null;
  meaning: string | null;
  hint: string | null;
  /** How the log of its last attempt ends; for owners. */
  log: string;
  /** Made while it ran, and not replaced since. */
  outputs: { kind: string; variant: string; sizeBytes: number; url: string }[];
  /** What people did to it. */
  acts: { at: string; actor: string | null; action: string }[];
  /** The id that this content had then, when it was another one. */
  formerId: number | null;
  /** Unfolded from the start. */
  isOpen: boolean;
}

/** What happened to the file that is no job. */
export interface Happening {
  at: Date;
  /** An event of the history, an act of the audit, or `place`: it was last seen there. */
  what: string;
  actor: string | null;
  detail: string | null;
}

interface Props {
  ctx: Seer;
  fileId: number;
  entries: HistoryEntry[];
  happenings: Happening[];
  /** Other files of the same content. */
  copies: Copy[];
  view: HistoryView;
  pages: number;
  failures: number;
  /** Of the page with another view of the history, with the base path. */
  href(view: Partial<HistoryView>): string;
}

export function FileHistory(props: Props) {
  const { ctx, fileId, entries, happenings, copies, view, pages, failures, href } = props;
  return (
    <section id="history" class="card" aria-labelledby="history-title">
      <header>
        <h2 id="history-title">History</h2>
        <nav class="segments" aria-label="What the history shows">
          <a href={href({ page: 1, failures: false })} aria-current={view.failures ? undefined : "true"}>
            Everything
          </a>
          <a href={href({ page: 1, failures: true })} aria-current={view.failures ? "true" : undefined}>
            Failures <span class="muted">{number(failures)}</span>
          </a>
        </nav>
      </header>
      {entries.length + happenings.length === 0 ? <Nothing failures={view.failures} /> : null}
      {byDay(entries, happenings).map(([day, things]) => (
        <section aria-label={day} class="life-day">
          <h3>{day}</h3>
          <ol class="life">
            {things.map((one) =>
              "job" in one ? <FileJob ctx={ctx} fileId={fileId} entry={one} /> : <HappeningLine {...one} />,
            )}
          </ol>
        </section>
      ))}
      <PageLinks
        label="older history"
        page={view.page}
        pages={pages}
        hasNext={view.page < pages}
        href={(page) => href({ page })}
      />
      {copies.length > 0 ? <Copies ctx={ctx} copies={copies} /> : null}
    </section>
  );
}

function Nothing({ failures }: { failures: boolean }) {
  return (
    <p class="muted">
      {failures ? "No job has failed on this file." : "No job has worked on this file yet."}
    </p>
  );
}

function HappeningLine({ what, at, actor, detail }: Happening) {
  return (
    <li class="life-event">
      <Icon name={icons[what] ?? "info"} />
      <p class="break">
        <b>{happeningWords(what)}</b>
        {actor ? ` by ${actor}` : null}
        {detail ? <span class="muted">{` – ${detailWords(detail)}`}</span> : null}
      </p>
      <ClockTime at={at} />
    </li>
  );
}

/** Under its day, the time is enough. */
export function ClockTime({ at }: { at: Date }) {
  return (
    <time class="life-time muted" datetime={at.toISOString()} title={dateTime(at)}>
      {dateTime(at).slice(-5)}
    </time>
  );
}

function Copies({ ctx, copies }: Pick<Props, "ctx" | "copies">) {
  return (
    <p class="muted">
      {"Also at "}
      {copies.slice(0, copiesNamed).map(({ id, path, library }, i) => (
        <>
          {i > 0 ? ", " : ""}
          <a href={ctx.url(`/files/${id}`)}>{path}</a>
          {` in ${library}`}
        </>
      ))}
      {copies.length > copiesNamed ? ` and ${counted(copies.length - copiesNamed, "more", "more")}` : ""}
      {copies.length === 1
        ? ": the same content, with a history of its own."
        : ": the same content, each with a history of its own."}
    </p>
  );
}

/** The facts beside it name them all. */
const copiesNamed = 3;

/** The newest first; jobs by when they were asked for, as their ids are. */
function byDay(entries: HistoryEntry[], happenings: Happening[]): [string, (HistoryEntry | Happening)[]][] {
  const at = (one: HistoryEntry | Happening) => ("job" in one ? one.job.createdAt : one.at);
  const all = [...entries, ...happenings].sort((a, b) => +at(b) - +at(a));
  return [...Map.groupBy(all, (one) => dayOf(at(one)))];
}

/** `22 Nov 2026`, in the server's time zone as all dates. */
function dayOf(at: Date): string {
  return dateTime(at).split(",")[0]!;
}

function happeningWords(what: string): string {
  return words[what] ?? eventWords(what);
}

const words: Record<string, string> = {
  place: "Was at another place",
  "file.trash": "Moved to trash",
  "file.restore": "Restored",
  "file.upload": "Uploaded",
  "file.moment-add": "Moment marked",
  "file.moment-change": "Moment changed",
  "file.moment-remove": "Moment removed",
};

const icons: Record<string, IconName> = {
  place: "folder",
  "file.trash": "trash-2",
  "file.restore": "rotate-ccw",
  "file.upload": "upload",
  quarantined: "ban",
  released: "check",
  stuck: "hourglass",
  orphaned: "triangle-alert",
  cleared: "x",
};
