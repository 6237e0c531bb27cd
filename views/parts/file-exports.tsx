// What was exported of a file: moments, GIFs, and compilations that it is part of.

import { counted } from "../format.ts";
import { type ExportLine, ExportList } from "./export-list.tsx";
import type { Seer } from "./file-history.tsx";

export function FileExports({ ctx, exports }: { ctx: Seer; exports: ExportLine[] }) {
  if (exports.length === 0) return <div id="exports" />;
  return (
    <section id="exports" class="card" aria-labelledby="exports-title">
      <header>
        <h2 id="exports-title">Exports</h2>
        {exports.length > 1 ? <span class="muted">{counted(exports.length, "export")}</span> : null}
      </header>
      <ExportList lines={exports} url={ctx.url} mayRemove={ctx.user?.role === "owner"} />
    </section>
  );
}
