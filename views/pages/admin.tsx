// The overview: what there is, what goes on, who may come in.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted, dateTime, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { FourUp } from "../parts/four-up.tsx";
import { type HealthCheck, HealthStrip } from "../parts/health-strip.tsx";
import { Icon } from "../parts/icon.tsx";
import {
  InvitationsCard,
  type InvitationsProps,
  RegistrationForm,
  type RegistrationMode,
  type TokenLine,
  TokensCard,
  type UserLine,
  UsersTable,
} from "../parts/people.tsx";
import { ServerStrip } from "../parts/server-state.tsx";
import { When } from "../parts/when.tsx";
import { JobBoard, type JobsPageProps } from "./jobs.tsx";

export interface AdminProps {
  ctx: PageContext;
  stats: { files: number; storageBytes: number; libraries: number; users: number; folders: number };
  users: UserLine[];
  me: string;
  tokens: TokenLine[];
  newToken?: string;
  invitations: Omit<InvitationsProps, "url" | "link">;
  newInvitation?: string;
  registrationMode: RegistrationMode;
  schedule: { enabled: boolean; intervalMinutes: number; nextAt: Date | null; lastAt: Date | null };
  /** What becomes of stuck jobs by itself; null: nothing. */
  healing: string | null;
  libraries: {
    id: number;
    name: string;
    path: string;
    files: number;
    lastScanAt: Date | null;
    lastScanNote: string | null;
  }[];
  health: HealthCheck[];
  board: JobsPageProps;
}

export function AdminPage(p: AdminProps) {
  const { ctx, stats } = p;
  const { url } = ctx;
  return (
    <Layout ctx={ctx} title="Overview" wide live={p.board.live}>
      <div class="page-head">
        <h1>Overview</h1>
        <button type="submit" class="btn" form="act" formaction={url("/admin/backfill/hashes")}>
          <Icon name="hash" />
          Backfill hashes
        </button>
      </div>
      <div class="stack">
        <ServerStrip state={p.board.dashboard.state} url={url} />
        <dl class="tiles">
          <Fact label="Files" value={number(stats.files)} />
          <Fact label="Storage" value={bytes(stats.storageBytes)} />
          <Fact label="Libraries" value={number(stats.libraries)} />
          <Fact label="Users" value={number(stats.users)} />
          <Fact label="Folders" value={number(stats.folders)} />
        </dl>
        <HealthStrip checks={p.health} url={url} />
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
            <a href={url("/admin/settings#setting-autoHeal")}>Change</a>
            {" · "}
            <a href={url("/admin/settings#setting-yield")}>What the server makes way for</a>
          </p>
        </section>
        <div class="columns">
          <section class="card flush" aria-labelledby="libraries-title">
            <header>
              <h2 id="libraries-title">Libraries</h2>
              <a class="btn btn-small" href={url("/")}>
                Open
              </a>
            </header>
            <Libraries libraries={p.libraries} url={url} />
          </section>
          <section class="card" aria-labelledby="registration-title">
            <header>
              <h2 id="registration-title">Registration</h2>
            </header>
            <RegistrationForm mode={p.registrationMode} url={url} />
          </section>
        </div>
        <section class="card flush" aria-labelledby="users-title">
          <header>
            <h2 id="users-title">Users</h2>
          </header>
          <UsersTable users={p.users} me={p.me} url={url} />
        </section>
        <div class="columns">
          <InvitationsCard {...p.invitations} link={p.newInvitation} url={url} />
          <TokensCard tokens={p.tokens} secret={p.newToken} url={url} />
        </div>
        <section aria-labelledby="board-title" class="stack">
          <div class="section-head">
            <h2 id="board-title">Jobs</h2>
            <a class="btn btn-small" href={url("/admin/jobs")}>
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
    <div class="tile">
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
      <a href={url("/admin/settings#setting-autoScan")}>Change</a>
    </p>
  );
}

function Libraries({ libraries, url }: { libraries: AdminProps["libraries"]; url: PageContext["url"] }) {
  if (libraries.length === 0)
    return (
      <div class="empty">
        <b>There are no libraries yet.</b>
        <a href={url("/")}>Add the first one</a>
      </div>
    );
  return (
    <ul class="lines padded">
      {libraries.map((l) => (
        <li>
          <span class="grow">
            <a href={url(`/libraries/${l.id}`)}>{l.name}</a>
            <br />
            <small class="muted break">{l.lastScanNote ?? l.path}</small>
          </span>
          <span class="muted">
            {counted(l.files, "file")}
            <br />
            <small>
              {l.lastScanAt ? (
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
