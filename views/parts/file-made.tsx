// What was made from a file, with what it takes on disk.

import type { DerivativeRow } from "../../src/db/tables/library.ts";
import { bytes } from "../format.ts";
import { derivativeNames } from "./derivative-names.ts";
import type { Seer } from "./file-history.tsx";
import { When } from "./when.tsx";

interface Props {
  ctx: Seer;
  derivatives: { row: DerivativeRow; href: string }[];
}

export function FileMade({ ctx, derivatives }: Props) {
  const sum = derivatives.reduce((total, { row }) => total + row.sizeBytes, 0);
  return (
    <section id="derivatives" class="card" aria-labelledby="derivatives-title">
      <header>
        <h2 id="derivatives-title">Made from it</h2>
        {derivatives.length > 1 ? <span class="muted">{`${bytes(sum)} in all`}</span> : null}
      </header>
      {derivatives.length === 0 ? <p class="muted">Nothing yet.</p> : null}
      <ul class="made">
        {derivatives.map(({ row, href }) => (
          <li>
            <a href={ctx.url(href)}>
              {derivativeNames[row.kind] ?? row.kind} <span class="muted">{row.variant}</span>
            </a>
            <span class="num">{bytes(row.sizeBytes)}</span>
            <span class="muted">
              {row.width && row.height ? `${row.width} × ${row.height} · ` : ""}
              <When at={row.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
