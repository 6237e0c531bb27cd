// One library: where one is, what can be narrowed, and the grid, which loads on as one scrolls. Without scripts the same
// links lead to the next page.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { FileShot, type Shot } from "../parts/file-shot.tsx";
import { GoingOn } from "../parts/going-on.tsx";
import { Icon } from "../parts/icon.tsx";
import { partial } from "../parts/toast.tsx";
import { When } from "../parts/when.tsx";
import { countsInWords } from "./home.tsx";

/** What the address says. Empty strings are not in it. */
export interface GridView {
  folder: string;
  type: "" | "video" | "image" | "audio";
  state: "" | "ok" | "problem" | "missing" | "invalid" | "quarantined" | "trashed";
  sort: "path" | "newest" | "captured" | "largest";
  q: string;
  /** With everything below the folder; null where the page chooses. */
  deep: boolean | null;
}

export interface ShotPage {
  shots: Shot[];
  /** Where the next page begins; null at the end. */
  next: string | null;
  /** Files whose picture is on its way. */
  awaited: number[];
}

export interface LibraryProps {
  ctx: PageContext;
  library: LibraryRow;
  counts: { video: number; image: number; audio: number; total: number; sizeBytes: number };
  /** Files that are missing, damaged or quarantined. */
  problems: number;
  trail: { path: string; name: string }[];
  /** Null where something narrows the grid, and where they were not looked at again. */
  subfolders: { path: string; name: string; files: number; cover: string | null }[] | null;
  view: GridView;
  deep: boolean;
  page: ShotPage;
  goingOn: Parameters<typeof GoingOn>[0];
  scanning: boolean;
}

export function LibraryPage(props: LibraryProps) {
  const { ctx, library, trail } = props;
  const owner = ctx.user?.role === "owner";
  const here = trail.at(-1)!;
  return (
    <Layout ctx={ctx} title={here.path === "" ? library.name : `${here.name} in ${library.name}`} wide>
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
          <LibraryFacts {...props} />
        </div>
        {owner ? <OwnerActions {...props} /> : null}
      </header>
      <GoingOn {...props.goingOn} />
      <Subfolders {...props} />
      <Filters {...props} />
      <Files {...props} />
    </Layout>
  );
}

/** What the poll of the page answers: what goes on, the counts, and the first files when there were none before. */
export function LibraryChanges(props: LibraryProps & { hadNone: boolean }) {
  return (
    <>
      <GoingOn {...props.goingOn} />
      {partial("#library-facts", "outerMorph", <LibraryFacts {...props} />)}
      {partial("#type", "innerMorph", <TypeChoices {...props} />)}
      {props.subfolders ? partial("#folders", "outerMorph", <Subfolders {...props} />) : null}
      {props.subfolders ? partial("#deep", "innerMorph", <DeepChoice {...props} />) : null}
      {props.hadNone && props.page.shots.length > 0
        ? partial("#files", "outerHTML", <Files {...props} />)
        : null}
    </>
  );
}

function Files(props: LibraryProps) {
  const { ctx, library, view, page } = props;
  return (
    <section aria-label="Files" id="files">
      {page.shots.length === 0 ? <Nothing {...props} /> : null}
      <ul class="shots" id="shots">
        {page.shots.map((shot) => (
          <FileShot shot={shot} />
        ))}
        <More ctx={ctx} libraryId={library.id} view={view} next={page.next} />
        <Awaited ctx={ctx} libraryId={library.id} ids={page.awaited} />
      </ul>
    </section>
  );
}

/** What follows in the grid, for htmx. */
export function ShotsPart({
  ctx,
  libraryId,
  view,
  page,
}: {
  ctx: PageContext;
  libraryId: number;
  view: GridView;
  page: ShotPage;
}) {
  return (
    <>
      {page.shots.map((shot) => (
        <FileShot shot={shot} />
      ))}
      <More ctx={ctx} libraryId={libraryId} view={view} next={page.next} />
      <Awaited ctx={ctx} libraryId={libraryId} ids={page.awaited} />
    </>
  );
}

/** Pictures that have come since, each into its place; and who is still waited for. */
export function ArrivedPart({
  ctx,
  libraryId,
  arrived,
  awaited,
}: {
  ctx: PageContext;
  libraryId: number;
  arrived: Shot[];
  awaited: number[];
}) {
  return (
    <>
      <Awaited ctx={ctx} libraryId={libraryId} ids={awaited} />
      {arrived.map((shot) => partial(`#file-${shot.file.id}`, "outerHTML", <FileShot shot={shot} />))}
    </>
  );
}

export function LibraryFacts({ counts, library, problems, scanning, ctx }: LibraryProps) {
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

function OwnerActions({ ctx, library, scanning }: LibraryProps) {
  return (
    <div class="row">
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

function Subfolders({ ctx, library, subfolders }: LibraryProps) {
  if (!subfolders || subfolders.length === 0) return <ul id="folders" hidden />;
  return (
    <ul class="folders" id="folders" aria-label="Folders">
      {subfolders.map(({ path, name, files, cover }) => (
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
    </ul>
  );
}

function TypeChoices({ counts, view }: LibraryProps) {
  const types = [
    ["", "All types", counts.total],
    ["image", "Pictures", counts.image],
    ["video", "Videos", counts.video],
    ["audio", "Audio", counts.audio],
  ] as const;
  return (
    <>
      {types.map(([value, label, n]) => (
        <option value={value} selected={view.type === value}>
          {`${label} (${number(n)})`}
        </option>
      ))}
    </>
  );
}

function DeepChoice({ deep, subfolders }: LibraryProps) {
  if (deep && !subfolders?.length) return null;
  return (
    <label class="check">
      <input type="checkbox" name="deep" value="1" checked={deep} />
      With subfolders
      {/* After the box: the first value of a name counts. */}
      <input type="hidden" name="deep" value="0" />
    </label>
  );
}

function Filters(props: LibraryProps) {
  const { ctx, library, view } = props;
  return (
    <search>
      <form class="filters grid-filters" action={ctx.url(`/libraries/${library.id}`)}>
        {view.folder ? <input type="hidden" name="folder" value={view.folder} /> : null}
        <label class="sr-only" for="q">
          Name or folder
        </label>
        <input
          class="input search"
          type="search"
          id="q"
          name="q"
          value={view.q}
          placeholder={`Search in ${view.folder || library.name}`}
          data-search
        />
        <button class="btn" type="submit">
          Show
        </button>
        <label class="sr-only" for="type">
          Type
        </label>
        <select class="select" id="type" name="type">
          <TypeChoices {...props} />
        </select>
        <label class="sr-only" for="state">
          State
        </label>
        <select class="select" id="state" name="state">
          {states.map(([value, label]) => (
            <option value={value} selected={view.state === value}>
              {label}
            </option>
          ))}
        </select>
        <label class="sr-only" for="sort">
          Order
        </label>
        <select class="select" id="sort" name="sort">
          {sorts.map(([value, label]) => (
            <option value={value} selected={view.sort === value}>
              {label}
            </option>
          ))}
        </select>
        <span id="deep">
          <DeepChoice {...props} />
        </span>
        {isPlain(view) ? null : (
          <a class="btn btn-quiet" href={href(ctx, library.id, { folder: view.folder })}>
            <Icon name="x" />
            Clear
          </a>
        )}
      </form>
    </search>
  );
}

const states = [
  ["", "Any state"],
  ["problem", "Needs a look"],
  ["missing", "Missing"],
  ["invalid", "Damaged"],
  ["quarantined", "Quarantined"],
  ["trashed", "In the trash"],
] as const;

const sorts = [
  ["path", "By folder and name"],
  ["captured", "Newest capture first"],
  ["newest", "Added last first"],
  ["largest", "Largest first"],
] as const;

/** The end of the list so far: fetched when it comes near the window, a plain link without scripts. */
function More({
  ctx,
  libraryId,
  view,
  next,
}: {
  ctx: PageContext;
  libraryId: number;
  view: GridView;
  next: string | null;
}) {
  if (!next) return null;
  const after = `after=${encodeURIComponent(next)}`;
  return (
    <li class="shots-more">
      <a
        class="btn"
        href={href(ctx, libraryId, view, after)}
        hx-get={href(ctx, libraryId, view, `${after}&part=more`)}
        hx-trigger="intersect once rootMargin:600px, click"
        hx-target="closest li"
        hx-swap="outerHTML"
      >
        More files
      </a>
    </li>
  );
}

/** Asks for the pictures that are on their way until all have come. */
function Awaited({ ctx, libraryId, ids }: { ctx: PageContext; libraryId: number; ids: number[] }) {
  if (ids.length === 0) return null;
  const url = ctx.url(`/libraries/${libraryId}?part=arrived&ids=${ids.join(",")}`);
  return <li class="shots-awaited" hidden hx-get={url} hx-trigger="load delay:2s" hx-swap="outerHTML" />;
}

function Nothing({ ctx, library, view, scanning }: LibraryProps) {
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
  return (
    <div class="empty card">
      <b>{library.lastScanAt ? "No media found here." : "This library has not been scanned yet."}</b>
      <span class="break">{library.path}</span>
    </div>
  );
}

function isPlain(view: GridView): boolean {
  return view.q === "" && view.type === "" && view.state === "";
}

export function href(ctx: PageContext, libraryId: number, view: Partial<GridView>, more = ""): string {
  const query = gridQuery(view);
  const all = [query, more].filter(Boolean).join("&");
  return ctx.url(`/libraries/${libraryId}${all ? `?${all}` : ""}`);
}

/** The view as a query string, without what is the default. */
export function gridQuery(view: Partial<GridView>): string {
  const query = new URLSearchParams();
  if (view.folder) query.set("folder", view.folder);
  if (view.q) query.set("q", view.q);
  if (view.type) query.set("type", view.type);
  if (view.state) query.set("state", view.state);
  if (view.sort && view.sort !== "path") query.set("sort", view.sort);
  if (view.deep !== undefined && view.deep !== null) query.set("deep", view.deep ? "1" : "0");
  return query.toString();
}
