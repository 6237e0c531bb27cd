// Exports as pages show them: in words, with a picture of what they were made from.

import type { ExportLine } from "../../../views/parts/export-list.tsx";
import type { ExportRow } from "../../db/tables/media.ts";
import { derivativesOf } from "../../library/derivatives.ts";
import { withSources } from "../../library/exports.ts";
import type { App } from "../context.ts";

export async function exportLines(app: App, rows: ExportRow[]): Promise<ExportLine[]> {
  const listed = await withSources(app.db, rows);
  const firsts = listed.flatMap(({ sources }) => sources[0]?.id ?? []);
  const derivatives = await derivativesOf(app.db, [...new Set(firsts)]);
  const hasPicture = (id: number) =>
    derivatives.get(id)?.some(({ kind }) => kind === "poster" || kind === "thumbnail") === true;
  return listed.map((row) => {
    const first = row.sources[0]?.id;
    return {
      row,
      kindLabel: app.queue.catalogue.find(row.kind)?.label ?? row.kind,
      sources: row.sources,
      more: row.sourceCount - row.sources.length,
      href: `/api/exports/${row.id}/download`,
      picture: first !== undefined && hasPicture(first) ? `/api/files/${first}/thumbnail?w=240` : null,
    };
  });
}
