// What this is, which build, and whose work is in it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { dateTime } from "../format.ts";
import { Layout } from "../layout.tsx";

export function AboutPage({
  ctx,
  licences,
  startedAt,
}: {
  ctx: PageContext;
  licences: string;
  startedAt: Date;
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
            <dd>{version.dirty ? "yes" : "no"}</dd>
            <dt>Running since</dt>
            <dd>{dateTime(startedAt)}</dd>
            <dt>API</dt>
            <dd>
              <a href={ctx.url("/api/docs")}>Documentation</a>,{" "}
              <a href={ctx.url("/api/openapi.json")}>OpenAPI document</a>
            </dd>
          </dl>
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
