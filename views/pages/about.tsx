// What this is, which build, and whose work is in it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { dateTime } from "../format.ts";
import { Layout } from "../layout.tsx";

export function AboutPage({
  ctx,
  licences,
  startedAt,
  runsOn,
}: {
  ctx: PageContext;
  licences: string;
  startedAt: Date;
  /** `Bun 1.4.5, linux x64`. */
  runsOn: string;
}) {
  const { version } = ctx;
  return (
    <Layout ctx={ctx} title="About">
      <div class="page-head">
        <h1>About Sprocket</h1>
      </div>
      <div class="stack">
        <section class="card" aria-label="Build">
          <dl class="facts">
            <dt>Version</dt>
            <dd>{version.version}</dd>
            <dt>Commit</dt>
            <dd class="mono">{version.commit ?? "run from source, not built"}</dd>
            <dt>Built</dt>
            <dd>{version.builtAt ? dateTime(new Date(version.builtAt)) : "–"}</dd>
            <dt>Uncommitted changes</dt>
            <dd>{version.commit ? (version.dirty ? "yes" : "no") : "–"}</dd>
            <dt>Running since</dt>
            <dd>{dateTime(startedAt)}</dd>
            <dt>Runs on</dt>
            <dd>{runsOn}</dd>
          </dl>
        </section>
        <section class="card" aria-labelledby="privacy">
          <header>
            <h2 id="privacy">What leaves this machine</h2>
          </header>
          <p>
            Nothing by itself. There is no telemetry, no update check and no content from elsewhere: pages,
            scripts and icons are inside the program. It only calls what you name in the settings, such as a
            media server to make way for.
          </p>
        </section>
        <section class="card" aria-labelledby="more">
          <header>
            <h2 id="more">More</h2>
          </header>
          <ul class="lines">
            <li>
              <a href={ctx.url("/api/docs")}>API documentation</a>
              <span class="muted">every route, with examples</span>
            </li>
            <li>
              <a href={ctx.url("/api/openapi.json")}>OpenAPI document</a>
              <span class="muted">for clients and generators</span>
            </li>
            <li>
              <a href={ctx.url("/admin/health")}>Health</a>
              <span class="muted">what this server stands on, check by check</span>
            </li>
            <li>
              <a href={ctx.url("/admin/support-bundle")}>Support bundle</a>
              <span class="muted">for whoever is to help; without secrets</span>
            </li>
            <li>
              <code>sprocket --help</code>
              <span class="muted">every command, with examples</span>
            </li>
          </ul>
        </section>
        <section class="card" aria-labelledby="licences">
          <header>
            <h2 id="licences">Licences of what the pages contain</h2>
          </header>
          <textarea class="input log" rows={16} readonly aria-labelledby="licences">
            {licences}
          </textarea>
        </section>
      </div>
    </Layout>
  );
}
