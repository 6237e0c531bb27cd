// The lists that people look for most, one touch away, with how many each has where that is known anyway.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import type { Totals } from "./tiles.tsx";

interface QuickFiltersProps {
  totals: Totals;
  filter: { status: string; queue: string; kind: string; text: string };
  url: PageContext["url"];
}

export function QuickFilters({ totals, filter, url }: QuickFiltersProps) {
  const now = [filter.status, filter.queue, filter.kind, filter.text].join("|");
  return (
    <nav class="quick" id="quick" aria-label="Quick filters">
      {chips(totals).map(({ label, icon, status = "", text = "", n, isBad }) => {
        const query = status ? `?status=${status}` : text ? `?q=${encodeURIComponent(text)}` : "";
        return (
          <a
            class={isBad ? "chip chip-bad" : "chip"}
            href={url(`/admin/jobs${query}#job-list`)}
            aria-current={now === [status, "", "", text].join("|") ? "page" : undefined}
          >
            {icon ? <Icon name={icon} /> : null}
            {label}
            {n === undefined ? null : <b>{number(n)}</b>}
          </a>
        );
      })}
    </nav>
  );
}

interface Chip {
  label: string;
  icon?: IconName;
  status?: string;
  text?: string;
  n?: number;
  isBad?: boolean;
}

function chips(totals: Totals): Chip[] {
  return [
    { label: "All" },
    { label: "Running", icon: "play", status: "running", n: totals.running },
    { label: "Waiting", icon: "clock", status: "waiting", n: totals.waiting },
    { label: "Failed", icon: "circle-x", status: "failed", n: totals.failed, isBad: totals.failed > 0 },
    ...(totals.delayed > 0
      ? [{ label: "Delayed", icon: "timer" as const, status: "delayed", n: totals.delayed }]
      : []),
    ...(totals.paused > 0
      ? [{ label: "Paused", icon: "pause" as const, status: "paused", n: totals.paused }]
      : []),
    { label: "Stuck", icon: "triangle-alert", text: "is:stuck" },
    { label: "Today", icon: "calendar", text: "created:today" },
  ];
}
