// The checks of the Health page: how each ended as an icon and a word, what was measured, and how to mend it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { capital, counted } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { When } from "./when.tsx";

export interface HealthCheck {
  name: string;
  result: "ok" | "note" | "warn" | "fail";
  detail: string;
  /** The same in a few words. */
  brief?: string;
  fix?: string;
}

export interface HealthSection {
  id: string;
  title: string;
  checks: HealthCheck[];
  checkedAt: Date | null;
  isChecking: boolean;
}

export function HealthSectionCard({ section: s, url }: { section: HealthSection; url: PageContext["url"] }) {
  return (
    <section class="card flush checks" id={`checks-${s.id}`} aria-labelledby={`checks-${s.id}-title`}>
      <header>
        <h2 id={`checks-${s.id}-title`}>{s.title}</h2>
        <span class="muted checked">
          {s.isChecking ? (
            "being checked…"
          ) : s.checkedAt ? (
            <>
              checked <When at={s.checkedAt} />
            </>
          ) : (
            "not checked yet"
          )}
        </span>
        <button
          type="submit"
          class="btn btn-small"
          form="act"
          formaction={url(`/admin/health/check/${s.id}`)}
          disabled={s.isChecking}
          aria-label={`${s.checkedAt ? "Check again" : "Check now"}: ${s.title}`}
        >
          <Icon name="refresh-cw" />
          {s.checkedAt ? "Check again" : "Check now"}
        </button>
      </header>
      {s.checks.length > 0 ? (
        <ul>
          {s.checks.map((check) => (
            <li class={`check-${check.result}`}>
              <p class="check-result">
                <CheckMark result={check.result} />
                <b>{words[check.result]}</b>
              </p>
              <div>
                <h3>{checkName(check.name)}</h3>
                <p class="muted break">{check.detail}</p>
                {check.fix ? (
                  <p class="fix break">
                    <b>{check.result === "note" ? "Good to know:" : "What to do:"}</b> {check.fix}
                  </p>
                ) : null}
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <p class="padded muted">
          {s.isChecking ? "Programs are started and tried; that takes a few seconds." : unasked[s.id]}
        </p>
      )}
    </section>
  );
}

/** `1 failed, 2 warnings`, and what that means. */
export function HealthVerdict({ sections }: { sections: HealthSection[] }) {
  const all = sections.flatMap((section) => section.checks);
  const count = (result: HealthCheck["result"]) => all.filter((check) => check.result === result).length;
  const [failed, warned] = [count("fail"), count("warn")];
  const tone = failed > 0 ? "bad" : warned > 0 ? "warn" : "good";
  const wrong = sections.flatMap((section) =>
    section.checks
      .filter((check) => check.result === "fail" || check.result === "warn")
      .map((check) => ({ check, at: `#checks-${section.id}` })),
  );
  const said =
    failed > 0
      ? `${counted(failed, "check")} failed${warned > 0 ? `, ${counted(warned, "warning")}` : ""}`
      : warned > 0
        ? counted(warned, "warning")
        : sections.some((section) => section.isChecking)
          ? "Everything checked so far is well"
          : "Everything checked is well";
  return (
    <div id="health-verdict" class={`headline headline-${tone}`} role="status">
      <Icon name={iconOf[failed > 0 ? "fail" : warned > 0 ? "warn" : "ok"]} />
      <div>
        <p class="headline-said">{said}</p>
        <p class="headline-besides">
          {wrong.length === 0
            ? `${counted(all.length, "check")}, of the server itself, its disks, its tools and its database`
            : wrong.map(({ check, at }, i) => (
                <>
                  {i > 0 ? ", " : null}
                  <a href={at}>{checkName(check.name)}</a>
                </>
              ))}
        </p>
      </div>
    </div>
  );
}

export function CheckMark({ result }: { result: HealthCheck["result"] }) {
  return (
    <span class={tones[result]}>
      <Icon name={iconOf[result]} />
      <span class="sr-only">{`${words[result]}: `}</span>
    </span>
  );
}

export function checkName(name: string): string {
  return /^(ff|set)/.test(name) ? name : capital(name);
}

const words = { ok: "OK", note: "Note", warn: "Warning", fail: "Failed" };
const tones = { ok: "good", note: "muted", warn: "warn", fail: "bad" };
const iconOf: Record<HealthCheck["result"], IconName> = {
  ok: "circle-check",
  note: "info",
  warn: "triangle-alert",
  fail: "circle-x",
};
const unasked: Record<string, string> = {
  integrity:
    "Reads the whole database in a process of its own and looks for damage. With a large database that takes a minute, and the server goes on meanwhile.",
};
