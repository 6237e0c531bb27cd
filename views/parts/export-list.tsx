// Exports: what each is, of what, and the ways to see it, to take it along and to let it go.

import type { ExportRow } from "../../src/db/tables/media.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, clockTime, counted } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { AskDelete } from "./in-place.tsx";
import { When } from "./when.tsx";

export interface ExportLine {
  row: ExportRow;
  kindLabel: string;
  /** The first of them. */
  sources: { id: number; name: string }[];
  /** How many sources there are beyond those. */
  more: number;
  /** Below the base path. */
  href: string;
  /** Of its first source, below the base path. */
  picture: string | null;
}

interface Props {
  lines: ExportLine[];
  url: PageContext["url"];
  mayRemove?: boolean;
  /** Said on pages that are not about the file or job itself. */
  withSources?: boolean;
}

export function ExportList({ lines, url, mayRemove = false, withSources = false }: Props) {
  return (
    <ul class="exports">
      {lines.map((line) => (
        <Line line={line} url={url} mayRemove={mayRemove} withSources={withSources} />
      ))}
    </ul>
  );
}

function Line({ line, url, mayRemove, withSources }: { line: ExportLine } & Omit<Props, "lines">) {
  const { row, href } = line;
  return (
    <li id={`export-${row.id}`}>
      <a class="export-picture" href={url(`${href}?inline`)} target="_blank" rel="noopener">
        {line.picture ? (
          <img src={url(line.picture)} alt="" loading="lazy" decoding="async" />
        ) : (
          <Icon name={iconOf(row)} />
        )}
        {row.durationMs === null ? null : (
          <span class="export-length">{clockTime(Math.max(1, Math.round(row.durationMs / 1000)))}</span>
        )}
        <span class="sr-only">{`${row.mimeType.startsWith("image/") ? "See" : "Play"} ${row.title} in a new tab`}</span>
      </a>
      <div class="export-what">
        <b class="break">{row.title}</b>
        <span class="muted">
          {[line.kindLabel, formOf(row), bytes(row.sizeBytes)].filter(Boolean).join(" · ")}
          {" · "}
          <When at={row.createdAt} />
        </span>
        {withSources ? <Sources line={line} url={url} /> : null}
      </div>
      <span class="export-acts">
        <a class="btn btn-small" href={url(href)} download>
          <Icon name="download" />
          Download<span class="sr-only">{` ${row.title}`}</span>
        </a>
        {mayRemove ? (
          <AskDelete href={url(`/exports/${row.id}/remove`)} label={`Remove ${row.title}`} />
        ) : null}
      </span>
    </li>
  );
}

function Sources({ line: { row, sources, more }, url }: { line: ExportLine; url: PageContext["url"] }) {
  return (
    <span class="muted break">
      {row.fileId === null ? null : (
        <>
          <a href={url(`/files/${row.fileId}`)}>In its library</a>
          {sources.length > 0 ? " · " : null}
        </>
      )}
      {sources.length === 0 ? (row.fileId === null ? "Its sources are gone" : null) : "From "}
      {sources.map(({ id, name }, n) => (
        <>
          {n > 0 ? ", " : null}
          <a href={url(`/files/${id}`)}>{name}</a>
        </>
      ))}
      {more > 0 ? ` and ${counted(more, "more", "more")}` : null}
      {" · "}
      <a href={url(`/admin/jobs/${row.jobId}`)}>{`job ${row.jobId}`}</a>
    </span>
  );
}

/** `MP4 1280 × 720` */
function formOf({ mimeType, width, height }: ExportRow): string {
  const name = forms[mimeType] ?? mimeType.slice(mimeType.indexOf("/") + 1).toUpperCase();
  return width && height ? `${name} ${width} × ${height}` : name;
}

const forms: Record<string, string> = { "audio/mp4": "M4A", "audio/mpeg": "MP3", "image/webp": "WebP" };

function iconOf({ mimeType }: ExportRow): IconName {
  if (mimeType.startsWith("audio/")) return "music";
  return mimeType.startsWith("image/") ? "image" : "film";
}
