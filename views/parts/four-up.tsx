// The four questions of the overview: what runs, what waits, what failed, what is kept.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import type { Totals } from "./tiles.tsx";

export function FourUp({ totals, url }: { totals: Totals; url: PageContext["url"] }) {
  return (
    <div class="tiles" id="four-up">
      <a class="tile" href={url("/admin/jobs?status=running")}>
        <span class="label">Running</span>
        <span class="value">{number(totals.running)}</span>
      </a>
      <a class="tile" href={url("/admin/jobs?status=waiting")}>
        <span class="label">Backlog</span>
        <span class="value">{number(totals.waiting + totals.delayed + totals.paused)}</span>
        <span class="note">{totals.delayed > 0 ? `${number(totals.delayed)} delayed` : "none delayed"}</span>
      </a>
      <a class="tile" href={url("/admin/jobs?status=failed")}>
        <span class="label">Failures</span>
        <span class={totals.failed > 0 ? "value bad" : "value"}>{number(totals.failed)}</span>
        <span class="note">not cleared</span>
      </a>
      <a class="tile" href={url("/admin/jobs?status=completed")}>
        <span class="label">Retained done</span>
        <span class="value">{number(totals.finished)}</span>
      </a>
    </div>
  );
}
