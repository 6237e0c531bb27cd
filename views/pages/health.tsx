// What the server stands on, check by check, with what to do about it; and the bundle to send when somebody is to help.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { type HealthSection, HealthSectionCard, HealthVerdict } from "../parts/health-list.tsx";
import { Icon } from "../parts/icon.tsx";
import { VersionFooter } from "./admin.tsx";

export interface HealthProps {
  ctx: PageContext;
  sections: HealthSection[];
}

export function HealthPage({ ctx, sections }: HealthProps) {
  const { url } = ctx;
  return (
    <Layout ctx={ctx} title="Health" live="/live/health">
      <div class="page-head">
        <h1>Health</h1>
        <a class="btn" href={url("/admin/support-bundle")}>
          <Icon name="life-buoy" />
          Support bundle
        </a>
        <a class="btn" href={url("/admin/backups")}>
          <Icon name="hard-drive" />
          Backups
        </a>
        <button type="submit" class="btn btn-primary" form="act" formaction={url("/admin/health/check")}>
          <Icon name="refresh-cw" />
          Check everything again
        </button>
      </div>
      <div class="stack">
        <HealthVerdict sections={sections} />
        {sections.map((section) => (
          <HealthSectionCard section={section} url={url} />
        ))}
        <p class="muted">
          On the command line: <code>sprocket doctor</code>, also while the server is down. For scripts:{" "}
          <code>GET /api/admin/health</code>; for containers <code>/healthz</code> and <code>/readyz</code>.
        </p>
      </div>
      <VersionFooter ctx={ctx} />
    </Layout>
  );
}
