// What must work, check by check, with what to do about it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { capital } from "../format.ts";
import { Icon } from "./icon.tsx";

export interface HealthCheck {
  name: string;
  result: "ok" | "warn" | "fail";
  detail: string;
  fix?: string;
}

export function HealthStrip({ checks, url }: { checks: HealthCheck[]; url: PageContext["url"] }) {
  return (
    <section
      class="card"
      aria-label="Health"
      hx-get={url("/admin/health-strip")}
      hx-trigger="every 30s"
      hx-swap="outerHTML"
    >
      <ul class="health">
        {checks.map((check) => (
          <li>
            <span class={tones[check.result]}>
              <Icon
                name={
                  check.result === "ok"
                    ? "circle-check"
                    : check.result === "warn"
                      ? "triangle-alert"
                      : "circle-x"
                }
              />
            </span>
            <span>
              <b>{names[check.name] ?? capital(check.name)}</b> <span class="muted">{check.detail}</span>
              {check.fix ? <span class="why warn"> {check.fix}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const tones = { ok: "good", warn: "warn", fail: "bad" };
const names: Record<string, string> = { dataFolder: "Data folder", ffmpeg: "ffmpeg", ffprobe: "ffprobe" };
