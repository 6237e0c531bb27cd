// The grid of a library's files, which loads on as one scrolls, and what is done with those that are ticked. Without scripts
// the same links lead to the next page.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { type GridView, href } from "../grid-view.ts";
import { FileShot, type Shot } from "./file-shot.tsx";
import { partial } from "./toast.tsx";

type Url = Pick<PageContext, "url">;

export interface ShotPage {
  shots: Shot[];
  /** Where the next page begins; null at the end. */
  next: string | null;
  /** Files whose picture is on its way. */
  awaited: number[];
}

interface GridProps {
  ctx: Url;
  libraryId: number;
  view: GridView;
  page: ShotPage;
}

export function FileGrid(props: GridProps & { empty: unknown }) {
  return (
    <section aria-label="Files" id="files">
      {props.page.shots.length === 0 ? props.empty : null}
      <ul class="shots" id="shots">
        <ShotsPart {...props} />
      </ul>
    </section>
  );
}

/** What follows in the grid. */
export function ShotsPart({ ctx, libraryId, view, page }: GridProps) {
  return (
    <>
      {page.shots.map((shot) => (
        <FileShot shot={shot} />
      ))}
      <More ctx={ctx} libraryId={libraryId} view={view} next={page.next} />
      <Awaited ctx={ctx} libraryId={libraryId} view={view} ids={page.awaited} />
    </>
  );
}

/** Pictures that have come since, each into its place; and who is still waited for. */
export function ArrivedPart(props: Omit<GridProps, "page"> & { arrived: Shot[]; awaited: number[] }) {
  return (
    <>
      <Awaited {...props} ids={props.awaited} />
      <ShotsNow shots={props.arrived} />
    </>
  );
}

/** Files as they are now, each in its place; a tick in one stays. */
export function ShotsNow({ shots }: { shots: Shot[] }) {
  return <>{shots.map((shot) => partial(`#file-${shot.file.id}`, "outerMorph", <FileShot shot={shot} />))}</>;
}

/** The end of the list so far: fetched when it comes near the window, a plain link without scripts. */
function More({ ctx, libraryId, view, next }: Omit<GridProps, "page"> & { next: string | null }) {
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
function Awaited({ ctx, libraryId, view, ids }: Omit<GridProps, "page"> & { ids: number[] }) {
  if (ids.length === 0) return null;
  const url = href(ctx, libraryId, view, `part=arrived&ids=${ids.join(",")}`);
  return <li class="shots-awaited" hidden hx-get={url} hx-trigger="load delay:2s" hx-swap="outerHTML" />;
}
