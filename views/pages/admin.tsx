// The overview: is all well, what goes on, what there is, who may come in.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted, dateTime, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Backfill, BackfillsCard } from "../parts/backfills.tsx";
import { FourUp } from "../parts/four-up.tsx";
import { Headline, type HeadlineProps } from "../parts/headline.tsx";
import type { HealthSection } from "../parts/health-list.tsx";
import { HealthStrip } from "../parts/health-strip.tsx";
import { Icon } from "../parts/icon.tsx";
import { PeopleSummary, type PeopleSummaryProps, RegistrationForm } from "../parts/people.tsx";
import { ServerStrip } from "../parts/server-state.tsx";
import { When } from "../parts/when.tsx";
import { JobBoard, type JobsPageProps } from "./jobs.tsx";

export interface AdminProps {
  ctx: PageContext;
  headline: HeadlineProps;
  now: OverviewNow;
  health: HealthSection[];
  board: JobsPageProps;
}

export interface OverviewNow {
  stats: { files: number; storageBytes: number; libraries: number; users: number; folders: number };
  people: PeopleSummaryProps["people"];
  schedule: { enabled: boolean; intervalMinutes: number; nextAt: Date | null; lastAt: Date | null };
  /** What becomes of stuck jobs by itself; null: nothing. */
  healing: string | null;
  libraries: {
    id: number;
    name: string;
    path: string;
    files: number;
    sizeBytes: number;
    isScanning: boolean;
    lastScanAt: Date | null;
    lastScanNote: string | null;
  }[];
  backfills: Backfill[];
}

export function AdminPage(p: AdminProps) {
  const { ctx } = p;
  const { url } = ctx;
  const parts = overviewParts(p.now, url);
  return (
    <Layout ctx={ctx} title="Overview" wide live={p.board.live}>
      <h1 class="sr-only">Overview</h1>
      <div class="stack">
        <Headline headline={p.headline} url={url} />
        <ServerStrip state={p.board.dashboard.state} url={url} />
        <section aria-labelledby="work-title">
          <div class="section-head">
            <h2 id="work-title">Work</h2>
            {parts["#auto-scan"]}
          </div>
          <FourUp totals={p.board.totals} url={url} />
          {parts["#by-itself"]}
        </section>
        <HealthStrip sections={p.health} url={url} />
        <section aria-labelledby="stats-title">
          <h2 id="stats-title" class="sr-only">
            What there is
          </h2>
          {parts["#stats"]}
        </section>
        <div class="columns">
          <section class="card flush" aria-labelledby="libraries-title">
            <header>
              <h2 id="libraries-title">Libraries</h2>
              <a class="btn btn-small" href={url("/libraries/new/folder")}>
                <Icon name="plus" />
                Add
              </a>
            </header>
            {parts["#libraries"]}
          </section>
          <section class="card" aria-labelledby="people-title">
            <header>
              <h2 id="people-title">People</h2>
              <a class="btn btn-small" href={url("/admin/people")}>
                <Icon name="users" />
                Manage
              </a>
            </header>
            {parts["#people-summary"]}
            <h3 class="registration-head">Registration</h3>
            {parts["#registration"]}
          </section>
        </div>
        {parts["#backfills"]}
        <section aria-labelledby="board-title" class="stack">
          <div class="section-head">
            <h2 id="board-title">Jobs</h2>
            <a class="btn btn-small" href={url("/admin/jobs")}>
              <Icon name="maximize-2" />
              Full screen
            </a>
          </div>
          <JobBoard {...p.board} embedded />
        </section>
      </div>
      <VersionFooter ctx={ctx} />
    </Layout>
  );
}

/** What changes by itself, by the selector of its place. */
export function overviewParts(now: OverviewNow, url: PageContext["url"]) {
  return {
    "#auto-scan": <AutoScan schedule={now.schedule} url={url} />,
    "#by-itself": <ByItself healing={now.healing} url={url} />,
    "#stats": <Stats stats={now.stats} />,
    "#libraries": <Libraries libraries={now.libraries} url={url} />,
    "#people-summary": <PeopleSummary people={now.people} url={url} />,
    "#registration": <RegistrationForm mode={now.people.registrationMode} back="/admin" url={url} />,
    "#backfills": <BackfillsCard backfills={now.backfills} url={url} />,
  };
}

function uncapital(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export function VersionFooter({ ctx: { version } }: { ctx: PageContext }) {
  const parts = [
    `Sprocket ${version.version}`,
    version.commit ? `commit ${version.commit.slice(0, 12)}` : "run from source",
    version.builtAt ? `built ${dateTime(new Date(version.builtAt))}` : "not built",
    // A run from source does not know.
    version.commit && (version.dirty ? "with uncommitted changes" : "clean"),
  ];
  return <footer class="foot">{parts.filter(Boolean).join(" · ")}</footer>;
}

function ByItself({ healing, url }: { healing: OverviewNow["healing"]; url: PageContext["url"] }) {
  return (
    <p class="muted by-itself" id="by-itself">
      {healing === null ? "Auto-heal is off. " : `Auto-heal is on. Stuck jobs: ${uncapital(healing)}. `}
      <a href={url("/admin/settings#autoHeal")}>Change</a>
      {" · "}
      <a href={url("/admin/settings#yield")}>What the server makes way for</a>
    </p>
  );
}

function Stats({ stats }: { stats: OverviewNow["stats"] }) {
  return (
    <dl class="stats" id="stats">
      <Fact label={stats.files === 1 ? "File" : "Files"} value={number(stats.files)} />
      <Fact label="Storage" value={bytes(stats.storageBytes)} />
      <Fact label={stats.libraries === 1 ? "Library" : "Libraries"} value={number(stats.libraries)} />
      <Fact label={stats.folders === 1 ? "Folder" : "Folders"} value={number(stats.folders)} />
      <Fact label={stats.users === 1 ? "User" : "Users"} value={number(stats.users)} />
    </dl>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function AutoScan({ schedule: s, url }: { schedule: OverviewNow["schedule"]; url: PageContext["url"] }) {
  return (
    <p class="muted" id="auto-scan">
      {s.enabled ? (
        <>
          {`Auto-scan every ${counted(s.intervalMinutes, "minute")}`}
          {s.nextAt ? (
            <>
              {", next "}
              <When at={s.nextAt} />
            </>
          ) : (
            ", once there is a library"
          )}
        </>
      ) : (
        "Auto-scan is off"
      )}
      {" · "}
      <a href={url("/admin/settings#autoScan")}>Change</a>
    </p>
  );
}

function Libraries({ libraries, url }: { libraries: OverviewNow["libraries"]; url: PageContext["url"] }) {
  if (libraries.length === 0)
    return (
      <div class="empty" id="libraries">
        <b>There are no libraries yet.</b>
        <a href={url("/libraries/new/folder")}>Add the first one</a>
      </div>
    );
  return (
    <ul class="lines padded" id="libraries">
      {libraries.map((l) => (
        <li id={`library-${l.id}`}>
          <span>
            <a href={url(`/libraries/${l.id}`)}>
              <b>{l.name}</b>
            </a>
            <br />
            <small class="muted break">{l.lastScanNote ?? l.path}</small>
          </span>
          <span class="library-counts">
            {counted(l.files, "file")}
            <small class="muted">{bytes(l.sizeBytes)}</small>
            <small class="muted">
              {l.isScanning ? (
                <span class="badge badge-running">scanning</span>
              ) : l.lastScanAt ? (
                <>
                  scanned <When at={l.lastScanAt} />
                </>
              ) : (
                "not scanned yet"
              )}
            </small>
          </span>
          <button
            type="submit"
            class="btn btn-small"
            form="act"
            formaction={url(`/admin/libraries/${l.id}/scan`)}
            aria-label={`Scan ${l.name}`}
          >
            <Icon name="refresh-cw" />
            Scan
          </button>
        </li>
      ))}
    </ul>
  );
}
