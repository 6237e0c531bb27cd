// What the server stands on, in one line of the overview; whatever is not well is named too. All of it is on the Health page.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { CheckMark, checkName, type HealthSection } from "./health-list.tsx";
import { Icon } from "./icon.tsx";

/** In this order; everything else only when something is wrong with it. */
const shown = ["worker", "database", "disk", "ffmpeg", "models", "GPU"];

export function HealthStrip({ sections, url }: { sections: HealthSection[]; url: PageContext["url"] }) {
  const checks = sections.flatMap((section) => section.checks);
  const usual = shown.flatMap((name) => checks.find((check) => check.name === name) ?? []);
  const wrong = checks.filter(
    (check) => !usual.includes(check) && (check.result === "warn" || check.result === "fail"),
  );
  const tools = sections.find((section) => section.id === "tools");
  return (
    <section class="card health-strip" id="health-strip" aria-label="Health">
      <ul class="health">
        {[...usual, ...wrong].map((check) => (
          <li>
            <CheckMark result={check.result} />
            <span>
              <b>{checkName(check.name)}</b>{" "}
              <span class={check.result === "ok" || check.result === "note" ? "muted" : "why"}>
                {check.brief ?? check.detail}
              </span>
            </span>
          </li>
        ))}
        {tools?.checkedAt === null ? (
          <li class="muted">
            <Icon name="hourglass" />
            {tools.isChecking ? "Tools are being tried" : "Tools are tried a minute after the start"}
          </li>
        ) : null}
      </ul>
      <a href={url("/admin/health")}>Health</a>
    </section>
  );
}
