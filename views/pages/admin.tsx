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
  health: HealthSection[];
  board: JobsPageProps;
}

export function AdminPage(p: AdminProps) {
  const { ctx, stats } = p;
  const { url } = ctx;
  return (
    <Layout ctx={ctx} title="Overview" wide live={p.board.live}>
      <h1 class="sr-only">Overview</h1>
      <div class="stack">
        <Headline headline={p.headline} url={url} />
        <ServerStrip state={p.board.dashboard.state} url={url} />
        <section aria-labelledby="work-title">
          <div class="section-head">
            <h2 id="work-title">Work</h2>
            <AutoScan schedule={p.schedule} url={url} />
          </div>
          <FourUp totals={p.board.totals} url={url} />
          <p class="muted by-itself" id="by-itself">
            {p.healing === null
              ? "Auto-heal is off. "
              : `Auto-heal is on. Stuck jobs: ${uncapital(p.healing)}. `}
            <a href={url("/admin/settings#autoHeal")}>Change</a>
            {" · "}
            <a href={url("/admin/settings#yield")}>What the server makes way for</a>
          </p>
        </section>
        <HealthStrip sections={p.health} url={url} />
        <section aria-labelledby="stats-title">
          <h2 id="stats-title" class="sr-only">
            What there is
          </h2>
          <dl class="stats">
            <Fact label={stats.files === 1 ? "File" : "Files"} value={number(stats.files)} />
            <Fact label="Storage" value={bytes(stats.storageBytes)} />
            <Fact label={stats.libraries === 1 ? "Library" : "Libraries"} value={number(stats.libraries)} />
            <Fact label={stats.folders === 1 ? "Folder" : "Folders"} value={number(stats.folders)} />
            <Fact label={stats.users === 1 ? "User" : "Users"} value={number(stats.users)} />
          </dl>
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
            <Libraries libraries={p.libraries} url={url} />
          </section>
          <section class="card" aria-labelledby="people-title">
            <header>
              <h2 id="people-title">People</h2>
              <a class="btn btn-small" href={url("/admin/people")}>
                <Icon name="users" />
                Manage
              </a>
            </header>
            <PeopleSummary people={p.people} url={url} />
            <h3 class="registration-head">Registration</h3>
            <RegistrationForm mode={p.people.registrationMode} back="/admin" url={url} />
          </section>
        </div>
        <BackfillsCard backfills={p.backfills} url={url} />
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

function uncapital(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export function VersionFooter({ ctx: { version } }: { ctx: PageContext }) {
  const parts = [
    `Sprocket ${version.version}`,
    version.commit ? `commit ${version.commit.slice(0, 12)}` : "run from source",
    version.builtAt ? `built ${dateTime(new Date(version.builtAt))}` : "not built",
    version.dirty ? "with uncommitted changes" : "clean",
  ];
  return <footer class="foot">{parts.join(" · ")}</footer>;
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function AutoScan({ schedule: s, url }: { schedule: AdminProps["schedule"]; url: PageContext["url"] }) {
  return (
    <p class="muted">
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

function Libraries({ libraries, url }: { libraries: AdminProps["libraries"]; url: PageContext["url"] }) {
  if (libraries.length === 0)
    return (
      <div class="empty">
        <b>There are no libraries yet.</b>
        <a href={url("/libraries/new/folder")}>Add the first one</a>
      </div>
    );
  return (
    <ul class="lines padded">
      {libraries.map((l) => (
        <li>
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
