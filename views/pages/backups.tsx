// The copies of the database: which there are, from when, how large. What removes itself and what stays.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Backup } from "../../src/library/backups.ts";
import { bytes, counted, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { When } from "../parts/when.tsx";

export interface BackupsProps {
  ctx: PageContext;
  backups: Backup[];
  setting: { enabled: boolean; hour: number; keep: number };
  nextAt: Date;
  /** One is being made. */
  open: { id: number; status: string } | null;
  /** Where they lie. */
  folder: string;
}

export function BackupsPage({ ctx, backups, setting, nextAt, open, folder }: BackupsProps) {
  const { url } = ctx;
  const sum = backups.reduce((total, one) => total + one.sizeBytes, 0);
  return (
    <Layout ctx={ctx} title="Backups">
      <div class="page-head">
        <div>
          <h1>Backups</h1>
          <p>
            Copies of the database: accounts, libraries, what people said, sorted and marked. Media files are
            not in them, nor what was made of those: that can be made again.
          </p>
        </div>
        <button type="submit" class="btn btn-primary" form="act" formaction={url("/admin/backups")}>
          <Icon name="hard-drive" />
          Back up now
        </button>
      </div>
      <div class="stack">
        <section class="card" aria-labelledby="nightly-title">
          <header>
            <h2 id="nightly-title">By night</h2>
            <a href={url("/admin/settings#backups")}>Change</a>
          </header>
          {setting.enabled ? (
            <p>
              {`After ${setting.hour}:00 each night; ${number(setting.keep)} are kept. Next `}
              <When at={nextAt} />. A night that was missed is made up for at the next start.
            </p>
          ) : (
            <p>Off: copies are made only when somebody asks.</p>
          )}
          {open ? (
            <p>
              One is {open.status === "running" ? "being made" : "waiting to be made"}:{" "}
              <a href={url(`/admin/jobs/${open.id}`)}>job {open.id}</a>.
            </p>
          ) : null}
        </section>
        <section class="card" aria-labelledby="copies-title">
          <header>
            <h2 id="copies-title">Copies</h2>
            {backups.length > 1 ? (
              <span class="muted">{`${counted(backups.length, "copy", "copies")}, ${bytes(sum)}`}</span>
            ) : null}
          </header>
          {backups.length === 0 ? <p class="muted">None yet.</p> : null}
          <ul class="lines backups">
            {backups.map((one) => (
              <Line url={url} backup={one} />
            ))}
          </ul>
          <p class="muted">
            They lie in <code class="break">{folder}</code>, on the disk that they are copies of. Copy them to
            another one now and then, or let <code>sprocket backup FILE</code> write there. To go back to one:
            stop the server, then <code>sprocket restore FILE</code>; the present state is saved first.
          </p>
        </section>
      </div>
    </Layout>
  );
}

function Line({ url, backup: { name, origin, at, sizeBytes } }: { url: PageContext["url"]; backup: Backup }) {
  const path = `/admin/backups/${encodeURIComponent(name)}`;
  const isOurs = origin === "nightly" || origin === "by hand";
  return (
    <li>
      <span>
        <b>
          <When at={at} />
        </b>{" "}
        <span class="muted">
          {`${origin} · ${bytes(sizeBytes)}${isOurs ? " · verified when it was made" : ""}`}
        </span>
        <br />
        <small class="muted break">{name}</small>
      </span>
      <span class="row">
        <button type="submit" class="btn btn-small" form="act" formaction={url(`${path}/check`)}>
          <Icon name="shield-check" />
          Verify<span class="sr-only"> {name}</span>
        </button>
        <a class="btn btn-small" href={url(path)} download={name}>
          <Icon name="download" />
          Download<span class="sr-only"> {name}</span>
        </a>
        <a class="btn btn-small" href={url(`${path}/remove`)} data-dialog>
          <Icon name="trash-2" />
          Remove…<span class="sr-only"> {name}</span>
        </a>
      </span>
    </li>
  );
}
