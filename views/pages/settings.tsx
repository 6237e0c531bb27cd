// Every live setting by section. A change applies at once; there is no Save where there is JavaScript.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { SettingView } from "../../src/settings/settings.ts";
import { Layout } from "../layout.tsx";
import { SettingRow, type SettingRowProps } from "../parts/setting-row.tsx";

export function SettingsPage({
  ctx,
  settings,
  ...known
}: {
  ctx: PageContext;
  settings: SettingView[];
} & Pick<SettingRowProps, "kinds" | "queues" | "servers">) {
  const sections = [...new Set(settings.map((s) => s.section))];
  return (
    <Layout ctx={ctx} title="Settings">
      <div class="page-head">
        <div>
          <h1>Settings</h1>
          <p>Each applies at once, to the next job as well; nothing needs a restart.</p>
        </div>
      </div>
      <div class="stack">
        {sections.map((section) => (
          <section class="card" aria-labelledby={`section-${section}`}>
            <h2 id={`section-${section}`}>{section}</h2>
            <ul class="settings">
              {settings
                .filter((s) => s.section === section)
                .map((setting) => (
                  <SettingRow setting={setting} {...known} url={ctx.url} />
                ))}
            </ul>
          </section>
        ))}
      </div>
    </Layout>
  );
}
