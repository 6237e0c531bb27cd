// Making good what was never made: for each kind that can look for files without its result, what is open now and a button.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import { Icon } from "./icon.tsx";

export interface Backfill {
  kind: string;
  label: string;
  waiting: number;
  running: number;
}

export function BackfillsCard({ backfills, url }: { backfills: Backfill[]; url: PageContext["url"] }) {
  return (
    <section class="card" id="backfills" aria-labelledby="backfills-title">
      <header>
        <h2 id="backfills-title">Backfills</h2>
        <p>Finds files that lack a result and enqueues them, behind what is new.</p>
      </header>
      <ul class="lines backfills">
        {backfills.map(({ kind, label, waiting, running }) => (
          <li id={`backfill-${kind}`}>
            <span>{kind === "file-hash" ? "Hashes" : label}</span>
            <a class="muted" href={url(`/admin/jobs?q=${encodeURIComponent(`kind:${kind}`)}`)}>
              {waiting + running === 0
                ? "none open"
                : [running > 0 && `${number(running)} running`, waiting > 0 && `${number(waiting)} waiting`]
                    .filter(Boolean)
                    .join(", ")}
            </a>
            <button
              type="submit"
              class="btn btn-small"
              form="act"
              formaction={url(`/admin/backfill/${kind === "file-hash" ? "hashes" : kind}`)}
              aria-label={`Backfill ${kind === "file-hash" ? "hashes" : label}`}
            >
              <Icon name={kind === "file-hash" ? "hash" : "zap"} />
              Backfill
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
