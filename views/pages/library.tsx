// One library: where one is, what can be narrowed, and the grid.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { SearchFault } from "../../src/http/pages/job-lines.ts";
import type { ScanTrouble } from "../../src/http/pages/last-scan.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted, number } from "../format.ts";
import { type GridView, gridQuery, href, isPlain } from "../grid-view.ts";
import { Layout } from "../layout.tsx";
import { SaveAsCollection } from "../parts/collect-fields.tsx";
import { FileBulk } from "../parts/file-bulk.tsx";
import { FileGrid, type ShotPage } from "../parts/file-grid.tsx";
import type { Seer } from "../parts/file-history.tsx";
import { FoundLine } from "../parts/file-search.tsx";
import { GoingOn } from "../parts/going-on.tsx";
import { Icon } from "../parts/icon.tsx";
import { DeepChoice, LibraryFilters, TypeChoices } from "../parts/library-filters.tsx";
import { ScanTroubleNote } from "../parts/scan-trouble.tsx";
import { UploadButtons, UploadPlace } from "../parts/upload-place.tsx";
import { When } from "../parts/when.tsx";
import { countsInWords } from "./home.tsx";

export { type GridView, gridQuery, href };

export interface LibraryNow {
  library: LibraryRow;
  counts: { video: number; image: number; audio: number; total: number; sizeBytes: number };
  /** Files that are missing, damaged or quarantined. */
  problems: number;
  /** Null where something narrows the grid. */
  subfolders: { path: string; name: string; files: number; cover: string | null }[] | null;
  view: GridView;
  deep: boolean;
  goingOn: Parameters<typeof GoingOn>[0];
  scanning: boolean;
  trouble: ScanTrouble | null;
}

export interface LibraryProps extends LibraryNow {
  ctx: PageContext;
  trail: { path: string; name: string }[];
  page: ShotPage;
  /** Where something is searched for. */
  found: { total: number; isLeast: boolean; faults: SearchFault[]; hidden: number } | undefined;
  mostFound: number;
  /** What may be put into it: `.jpg,.mp4`; null where nothing may. */
  accepts: string | null;
}

export function LibraryPage(props: LibraryProps) {
  const { ctx, library, trail, view, found, page } = props;
  const owner = ctx.user?.role === "owner";
  const here = trail.at(-1)!;
  const parts = libraryParts(ctx, props);
  const total =
    isPlain(view) && props.deep && view.folder === "" ? props.counts.total : (found?.total ?? null);
  return (
    <Layout
      ctx={ctx}
      title={here.path === "" ? library.name : `${here.name} in ${library.name}`}
      scripts={["files.js", "lightbox.js", ...(props.accepts === null ? [] : (["upload.js"] as const))]}
      vendor={["photoswipe.js", "photoswipe.css", ...(props.accepts === null ? [] : (["tus.js"] as const))]}
      live={`/live/libraries/${library.id}?${[gridQuery(view), `total=${props.counts.total}`].filter(Boolean).join("&")}`}
      wide
    >
      <header class="page-head">
        <div>
          <nav aria-label="Folders">
            <ol class="crumbs">
              <li>
                <a href={ctx.url("/")}>Library</a>
              </li>
              {trail.slice(0, -1).map((step) => (
                <li>
                  <a href={href(ctx, library.id, { folder: step.path })}>
                    {step.path === "" ? library.name : step.name}
                  </a>
                </li>
              ))}
            </ol>
          </nav>
          <h1>
            {here.path === "" ? library.name : here.name}
            {library.nsfw ? <span class="badge">NSFW</span> : null}
          </h1>
          {parts["#library-facts"]}
        </div>
        {owner ? <OwnerActions {...props} /> : null}
      </header>
      {parts["#scan-trouble"]}
      {parts["#going-on"]}
      {props.accepts === null ? null : (
        <UploadPlace ctx={ctx} library={library} folder={view.folder} accepts={props.accepts} />
      )}
      <Subfolders {...props} />
      <LibraryFilters {...props} isFaulty={(found?.faults.length ?? 0) > 0} />
      {found ? (
        <FoundLine
          text={view.q}
          found={found}
          most={props.mostFound}
          corrected={(q) => href(ctx, library.id, { ...view, q })}
        />
      ) : null}
      {owner && found && found.total > 0 ? (
        <SaveAsCollection ctx={ctx} q={`lib:"${library.name.replace(/[\\"]/g, "\\$&")}" ${view.q}`} />
      ) : null}
      {owner && page.shots.length > 0 ? (
        <FileBulk ctx={ctx} libraryId={library.id} view={view} total={total} />
      ) : null}
      <FileGrid {...props} libraryId={library.id} empty={<Nothing {...props} />} />
    </Layout>
  );
}

/** What changes by itself, by the selector of its place. */
export function libraryParts(ctx: Seer, now: LibraryNow): Record<string, unknown> {
  return {
    "#scan-trouble": <ScanTroubleNote ctx={ctx} library={now.library} trouble={now.trouble} />,
    "#going-on": <GoingOn {...now.goingOn} />,
    "#library-facts": <LibraryFacts ctx={ctx} {...now} />,
  };
}

/** The same, inside elements that stay. */
export function libraryInnerParts(now: LibraryNow): Record<string, unknown> {
  return {
    "#type": <TypeChoices {...now} />,
    ...(now.subfolders && { "#deep": <DeepChoice {...now} /> }),
  };
}

function LibraryFacts({ counts, library, problems, scanning, ctx }: LibraryNow & { ctx: Seer }) {
  return (
    <p class="muted" id="library-facts">
      {counts.total === 0 ? "No files yet" : `${countsInWords(counts)} · ${bytes(counts.sizeBytes)}`}
      {scanning ? " · scanning now" : null}
      {!scanning && library.lastScanAt ? (
        <>
          {" · scanned "}
          <When at={library.lastScanAt} />
          {library.lastScanNote ? ` (${library.lastScanNote.replace(/\.$/, "")})` : null}
        </>
      ) : null}
      {problems > 0 ? (
        <>
          {" · "}
          <a href={href(ctx, library.id, { state: "problem" })}>
            {counted(problems, "file needs", "files need")} a look
          </a>
        </>
      ) : null}
    </p>
  );
}

function OwnerActions({ ctx, library, scanning, view, accepts }: LibraryProps) {
  return (
    <div class="row">
      {accepts === null ? null : <UploadButtons ctx={ctx} library={library} folder={view.folder} />}
      <button class="btn" type="submit" form="act" formaction={ctx.url(`/libraries/${library.id}/scan`)}>
        <Icon name="refresh-cw" />
        {scanning ? "Scan again" : "Scan"}
      </button>
      <a class="btn" href={ctx.url(`/libraries/${library.id}/settings`)}>
        <Icon name="settings" />
        Settings
      </a>
    </div>
  );
}

const foldersAtFirst = 120;

export function Subfolders({ ctx, library, subfolders, view }: LibraryNow & { ctx: Seer }) {
  if (!subfolders || subfolders.length === 0) return <ul id="folders" hidden />;
  const shown = view.everyFolder ? subfolders : subfolders.slice(0, foldersAtFirst);
  return (
    <ul class="folders" id="folders" aria-label="Folders">
      {shown.map(({ path, name, files, cover }) => (
        <li>
          <a href={href(ctx, library.id, { folder: path })}>
            <span class="folder-cover">
              {cover ? (
                <img src={ctx.url(cover)} width={240} height={240} alt="" loading="lazy" />
              ) : (
                <Icon name="folder" />
              )}
            </span>
            <span class="folder-name">
              <b>{name}</b>
              <small class="muted">{counted(files, "file")}</small>
            </span>
          </a>
        </li>
      ))}
      {shown.length < subfolders.length && (
        <li>
          <a href={href(ctx, library.id, { ...view, everyFolder: true })}>
            <span class="folder-cover">
              <Icon name="ellipsis" />
            </span>
            <span class="folder-name">
              <b>All {counted(subfolders.length, "folder")}</b>
              <small class="muted">The first {number(shown.length)} are here</small>
            </span>
          </a>
        </li>
      )}
    </ul>
  );
}

export function Nothing({
  ctx,
  library,
  view,
  scanning,
  trouble,
  found,
}: LibraryNow & { ctx: Seer; found?: LibraryProps["found"] }) {
  const owner = ctx.user?.role === "owner";
  if (found && found.faults.length > 0)
    return (
      <div class="empty card">
        <b>This search can't be read.</b>
        What is wrong with it stands above.{" "}
        <a href={href(ctx, library.id, { folder: view.folder })}>Show all files</a>
      </div>
    );
  if (!isPlain(view))
    return (
      <div class="empty card">
        <b>{view.state === "trashed" ? "The trash of this library is empty." : "No file matches."}</b>
        <a href={href(ctx, library.id, { folder: view.folder })}>Show all files</a>
      </div>
    );
  if (scanning)
    return (
      <div class="empty card">
        <b>The scan is looking for files.</b>
        They appear here when the first are found.
      </div>
    );
  if (trouble)
    return (
      <div class="empty card">
        <b>The folder of this library cannot be reached.</b>
        {owner
          ? "What the scan said stands above. Files appear here after the next scan that succeeds."
          : "An owner of this server has to look at it."}
      </div>
    );
  return (
    <div class="empty card">
      <b>{library.lastScanAt ? "No media found here." : "This library has not been scanned yet."}</b>
      {owner ? <span class="break">{library.path}</span> : null}
    </div>
  );
}
