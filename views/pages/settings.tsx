// Every live setting by section, beside a list of the sections and a filter. A change applies at once; there is no Save where
// there is JavaScript. Last, what only the start of the server decides.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type GaugeFigures, Gauges } from "../parts/gauges.tsx";
import { Icon } from "../parts/icon.tsx";
import { type ConfigLine, ServerConfig } from "../parts/server-config.tsx";
import { type SettingItem, SettingRow, type SettingRowProps } from "../parts/setting-row.tsx";

interface Props extends Omit<SettingRowProps, "item" | "url"> {
  ctx: PageContext;
  items: SettingItem[];
  gauges: GaugeFigures;
  config: { lines: ConfigLine[]; file: string | undefined };
}

export function SettingsPage({ ctx, items, gauges, config, ...known }: Props) {
  const sections = Object.keys(meanings) as SettingItem["section"][];
  return (
    <Layout ctx={ctx} title="Settings" live="/live/settings" scripts={["settings.js"]}>
      <div class="page-head">
        <div>
          <h1>Settings</h1>
          <p>Each applies at once, to the next job as well; nothing needs a restart.</p>
        </div>
      </div>
      <div class="settings-page">
        <SectionNav sections={[...sections, "Server"]} count={items.length} />
        <div class="stack">
          {sections.map((section) => (
            <section class="card" id={anchorOf(section)} aria-labelledby={`${anchorOf(section)}-title`}>
              <header>
                <h2 id={`${anchorOf(section)}-title`}>{section}</h2>
                <p>{meanings[section]}</p>
              </header>
              {section === "Workers" ? <Gauges gauges={gauges} /> : null}
              <ul class="settings">
                {items
                  .filter((item) => item.section === section)
                  .map((item) => (
                    <SettingRow item={item} {...known} url={ctx.url} />
                  ))}
              </ul>
            </section>
          ))}
          <section class="card" id="server" aria-labelledby="server-title">
            <header>
              <h2 id="server-title">Server</h2>
              <p>
                Decided at the start by a flag, the environment or <code>sprocket.toml</code>, in this order.
                Change it there, then restart Sprocket.
              </p>
            </header>
            <ServerConfig {...config} />
          </section>
          <p class="card empty" id="filter-none" hidden>
            <b>No setting matches.</b>
            Another word may find it; Esc shows all again.
          </p>
        </div>
      </div>
    </Layout>
  );
}

function SectionNav({ sections, count }: { sections: (SettingItem["section"] | "Server")[]; count: number }) {
  return (
    <div class="settings-nav">
      <div class="needs-js filter">
        <label class="sr-only" for="setting-filter">
          Filter settings
        </label>
        <Icon name="search" />
        <input
          class="input"
          type="search"
          id="setting-filter"
          placeholder="Filter settings"
          autocomplete="off"
          data-search
          aria-keyshortcuts="/"
        />
        <p class="hint" id="filter-count" role="status" data-all={counted(count, "setting")}>
          {counted(count, "setting")}
        </p>
      </div>
      <nav aria-label="Sections">
        <ul>
          {sections.map((section) => (
            <li>
              <a href={`#${anchorOf(section)}`}>{section}</a>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}

/** `Yielding` has the anchor of its setting, which other pages link to. */
function anchorOf(section: string): string {
  return section === "Yielding" ? "yield" : section.toLowerCase();
}

const meanings: Record<SettingItem["section"], string> = {
  Workers: "How much runs at once.",
  Yielding: "What work makes way for, and how. It goes on by itself when the reason has passed.",
  Healing: "What happens to jobs that hang, vanish or keep failing.",
  Scans: "How new and changed files are found.",
  History: "How long finished work is remembered.",
  Backups: "What is saved by night. Copies on another disk are better still: sprocket backup writes them.",
  Library: "What lists show.",
  Accounts: "Who may come in.",
};
