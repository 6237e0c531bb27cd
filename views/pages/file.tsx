// One file: its player or picture, what is known about it, what was made from it, and its whole life.

import type { DerivativeRow, FileRow, LibraryRow } from "../../src/db/tables/library.ts";
import type { ExplainedKind } from "../../src/healing/explain-file.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { VendoredName } from "../../src/http/static.ts";
import type { Facts } from "../../src/library/file-facts.ts";
import type { SceneView } from "../../src/library/scenes.ts";
import { Layout } from "../layout.tsx";
import type { ExportLine } from "../parts/export-list.tsx";
import { type FileAction, FileBar } from "../parts/file-bar.tsx";
import { FileChapters } from "../parts/file-chapters.tsx";
import { FileDetails } from "../parts/file-details.tsx";
import { FileExports } from "../parts/file-exports.tsx";
import { type Copy, FileFacts } from "../parts/file-facts.tsx";
import {
  FileHistory,
  type Happening,
  type HistoryEntry,
  type HistoryView,
  type Seer,
} from "../parts/file-history.tsx";
import { FileMade } from "../parts/file-made.tsx";
import { FileMoments, type MomentLine } from "../parts/file-moments.tsx";
import { FileScenes } from "../parts/file-scenes.tsx";
import { FileStage, type Stage, stageStamp } from "../parts/file-stage.tsx";
import { FileSubtitles, type SubtitleLine } from "../parts/file-subtitles.tsx";
import { FileTrouble, type TroubleProps } from "../parts/file-trouble.tsx";
import { FileWhy } from "../parts/file-why.tsx";
import { Icon } from "../parts/icon.tsx";
import { PlayerData, type PlayerFacts } from "../parts/player.tsx";
import { type Waveform, WaveformDrawing } from "../parts/waveform.tsx";
import { type GridView, gridQuery, href } from "./library.tsx";

/** What may change while somebody looks at it. */
export interface FileNow extends Omit<TroubleProps, "ctx"> {
  file: FileRow;
  library: LibraryRow;
  stage: Stage;
  player: PlayerFacts | null;
  moments: MomentLine[];
  exports: ExportLine[];
  scenes: SceneView[];
  subtitles: SubtitleLine[];
  derivatives: { row: DerivativeRow; href: string }[];
  facts: Facts;
  copies: Copy[];
  /** What looks or sounds much the same; in bits of 64. */
  alike: (Copy & { distance: number })[];
  waveform: Waveform | null;
  entries: HistoryEntry[];
  happenings: Happening[];
  pages: number;
  failures: number;
  /** For owners. */
  whys: ExplainedKind[] | null;
  actions: FileAction[];
  barred: string | null;
  view: HistoryView;
}

export interface FileProps {
  ctx: PageContext;
  now: FileNow;
  /** For what the players' scripts draw. */
  styleNonce: string;
  /** The grid that the visitor came from, and its neighbours there. */
  from: GridView;
  previousId: number | null;
  nextId: number | null;
}

export function FilePage({ ctx, now, styleNonce, from, previousId, nextId }: FileProps) {
  const { file } = now;
  const parts = fileParts(ctx, now, from);
  return (
    <Layout
      ctx={ctx}
      title={file.name}
      scripts={["file.js"]}
      live={`/live/files/${file.id}${pageQuery(from, now.view)}`}
      vendor={players}
      styleNonce={styleNonce}
      wide
    >
      <header class="page-head">
        <div>
          <Crumbs ctx={ctx} now={now} from={from} />
          <h1 class="break">{file.name}</h1>
        </div>
        <Neighbours ctx={ctx} from={from} previousId={previousId} nextId={nextId} />
      </header>
      {parts["#trouble"]}
      {parts["#stage"]}
      {parts["#player-data"]}
      {parts["#wave"]}
      {parts["#file-bar"]}
      <div class="file-columns">
        <div class="stack">
          {parts["#moments"]}
          {parts["#exports"]}
          {parts["#scenes"]}
          {parts["#why"]}
          {parts["#history"]}
        </div>
        <div class="stack">
          {parts["#details"]}
          {parts["#chapters"]}
          {parts["#subtitles"]}
          {parts["#facts"]}
          {parts["#derivatives"]}
        </div>
      </div>
    </Layout>
  );
}

const players: VendoredName[] = [
  "hls.js",
  "media-chrome.js",
  "photoswipe.css",
  "photoswipe.js",
  "wavesurfer.js",
];

/** All that changes by itself, by the selector of its place. */
export function fileParts(ctx: Seer, now: FileNow, from: GridView): Record<string, unknown> {
  const { file, waveform } = now;
  const historyHref = (change: Partial<HistoryView>) =>
    ctx.url(`/files/${file.id}${pageQuery(from, { ...now.view, ...change })}#history`);
  return {
    "#trouble": <FileTrouble ctx={ctx} {...now} />,
    "#stage": <FileStage ctx={ctx} {...now} />,
    "#player-data": <PlayerData facts={now.player} />,
    "#wave": waveform ? <Wave name={file.name} of={now.stage.kind} waveform={waveform} /> : <div id="wave" />,
    "#moments": <FileMoments ctx={ctx} {...now} />,
    "#scenes": <FileScenes ctx={ctx} {...now} />,
    "#chapters": <FileChapters player={now.player} />,
    "#subtitles": <FileSubtitles ctx={ctx} {...now} />,
    "#file-bar": <FileBar ctx={ctx} {...now} isHeld={now.held !== null} />,
    ...(now.whys && { "#why": <FileWhy ctx={ctx} kinds={now.whys} /> }),
    "#history": <FileHistory ctx={ctx} fileId={file.id} {...now} href={historyHref} />,
    "#details": <FileDetails ctx={ctx} {...now} />,
    "#facts": <FileFacts ctx={ctx} {...now} />,
    "#exports": <FileExports ctx={ctx} {...now} />,
    "#derivatives": <FileMade ctx={ctx} {...now} />,
  };
}

/** What tells that a part has changed where the markup is not it. */
export function partStamp(target: string, now: FileNow): string | undefined {
  return target === "#stage" ? stageStamp(now.stage) : undefined;
}

/** The grid and the view of the history in an address, without what is the default. */
export function pageQuery(from: GridView, view: HistoryView): string {
  const query = new URLSearchParams(gridQuery(from));
  if (view.failures) query.set("history", "failures");
  if (view.page > 1) query.set("page", String(view.page));
  const text = query.toString();
  return text ? `?${text}` : "";
}

function Crumbs({ ctx, now: { file, library }, from }: Pick<FileProps, "ctx" | "now" | "from">) {
  return (
    <nav aria-label="Folders">
      <ol class="crumbs">
        <li>
          <a href={href(ctx, library.id, { ...from, folder: "" })}>{library.name}</a>
        </li>
        {folderSteps(file.path).map(({ name, path }) => (
          <li>
            <a href={href(ctx, library.id, { folder: path })}>{name}</a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Neighbours({ ctx, from, previousId, nextId }: Omit<FileProps, "now" | "styleNonce">) {
  const query = gridQuery(from);
  const other = (id: number) => ctx.url(`/files/${id}${query ? `?${query}` : ""}`);
  return (
    <nav class="row neighbours" aria-label="Neighbours">
      {previousId !== null ? (
        <a class="btn" href={other(previousId)} rel="prev" id="previous">
          <Icon name="chevron-left" />
          Previous
        </a>
      ) : null}
      {nextId !== null ? (
        <a class="btn" href={other(nextId)} rel="next" id="next">
          Next
          <Icon name="chevron-right" />
        </a>
      ) : null}
    </nav>
  );
}

function Wave({ name, of, waveform }: { name: string; of: Stage["kind"]; waveform: Waveform }) {
  return (
    <div id="wave" class="wave" data-of={of}>
      <div id="wave-drawn" hx-morph-skip />
      <WaveformDrawing waveform={waveform} label={`Sound wave of ${name}`} />
    </div>
  );
}

function folderSteps(path: string): { name: string; path: string }[] {
  const names = path.split("/").slice(0, -1);
  return names.map((name, i) => ({ name, path: names.slice(0, i + 1).join("/") }));
}
