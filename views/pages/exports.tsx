// All that was exported, newest first.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type ExportLine, ExportList } from "../parts/export-list.tsx";
import { Icon } from "../parts/icon.tsx";
import { PageLinks } from "../parts/page-links.tsx";

export interface ExportsProps {
  ctx: PageContext;
  lines: ExportLine[];
  total: number;
  /** Of those in the data folder. */
  sizeBytes: number;
  page: number;
  pages: number;
}

export function ExportsPage({ ctx, lines, total, sizeBytes, page, pages }: ExportsProps) {
  return (
    <Layout ctx={ctx} title="Exports" wide>
      <header class="page-head">
        <div>
          <h1>Exports</h1>
          <ExportSum total={total} sizeBytes={sizeBytes} />
        </div>
        <span class="row">
          <a class="btn btn-primary" href={ctx.url("/admin/jobs/new?type=compile-mega")} data-dialog>
            <Icon name="clapperboard" />
            New compilation…
          </a>
        </span>
      </header>
      {lines.length === 0 ? (
        <NoExports ctx={ctx} isPast={total > 0} />
      ) : (
        <div class="card flush" id="export-list">
          <ExportList lines={lines} url={ctx.url} mayRemove withSources />
        </div>
      )}
      <PageLinks
        label="of exports"
        page={page}
        pages={pages}
        hasNext={page < pages}
        href={(to) => ctx.url(`/exports${to > 1 ? `?page=${to}` : ""}`)}
      />
    </Layout>
  );
}

export function ExportSum({ total, sizeBytes }: Pick<ExportsProps, "total" | "sizeBytes">) {
  return (
    <p id="export-sum">
      {total === 0
        ? "Films, clips and GIFs made of your files"
        : `${counted(total, "export")} · ${bytes(sizeBytes)} in the data folder`}
    </p>
  );
}

export function NoExports({ ctx, isPast }: { ctx: PageContext; isPast: boolean }) {
  return (
    <div class="empty card" id="export-list">
      <b>{isPast ? "There is nothing on this page." : "Nothing was exported yet."}</b>
      {isPast ? (
        <a href={ctx.url("/exports")}>To the first page</a>
      ) : (
        "Mark a moment on a film's page and export it, make a GIF of it, or compile a film of many: what comes out is here to download."
      )}
    </div>
  );
}
