// One file: its player or picture, what is known about it, what was made from it, and its whole life.

import type { DerivativeRow, FileRow, LibraryRow } from "../../src/db/tables/library.ts";
import type { ExplainedKind } from "../../src/healing/explain-file.ts";
import type { HeldFile } from "../../src/healing/quarantine-list.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { derivativeNames } from "../parts/derivative-names.ts";
import { type Copy, FileFacts } from "../parts/file-facts.tsx";
import { FileHistory, type Happening, type HistoryEntry } from "../parts/file-history.tsx";
import { troubleOf, typeIcons } from "../parts/file-shot.tsx";
import { FileWhy } from "../parts/file-why.tsx";
import { Release } from "../parts/held-files.tsx";
import { Icon } from "../parts/icon.tsx";
import { partial } from "../parts/toast.tsx";
import { type Waveform, WaveformDrawing } from "../parts/waveform.tsx";
import { When } from "../parts/when.tsx";
import { type GridView, gridQuery, href } from "./library.tsx";

/** What stands at the top. Addresses are below the base path. */
export type Stage =
  | { kind: "video"; src: string; mimeType: string; poster: string | null }
  | { kind: "audio"; src: string; mimeType: string }
  | { kind: "picture"; src: string; width: number | null; height: number | null }
  /** Only a picture of it, and why no more. */
  | { kind: "still"; src: string; width: number | null; height: number | null; why: string }
  | { kind: "none"; why: string };

export interface FileAction {
  type: string;
  label: string;
}

export interface FileProps {
  ctx: PageContext;
  file: FileRow;
  library: LibraryRow;
  stage: Stage;
  derivatives: { row: DerivativeRow; href: string }[];
  copies: Copy[];
  waveform: Waveform | null;
  /** Of the file's own trouble. */
  failure: { meaning: string; nextStep: string } | null;
  /** Nothing more is tried on it. */
  held: Omit<HeldFile, "file"> | null;
  history: HistoryEntry[];
  happenings: Happening[];
  /** For owners; null where it is not asked for. */
  whys: ExplainedKind[] | null;
  olderJobs: number;
  seen: string;
  actions: FileAction[];
  /** The grid that the visitor came from, and its neighbours there. */
  from: GridView;
  previousId: number | null;
  nextId: number | null;
}

export function FilePage(props: FileProps) {
  const { ctx, file, library, from, previousId, nextId } = props;
  const query = gridQuery(from);
  const other = (id: number) => ctx.url(`/files/${id}${query ? `?${query}` : ""}`);
  return (
    <Layout ctx={ctx} title={file.name} scripts={["file.js"]} wide>
      <header class="page-head">
        <div>
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
          <h1 class="break">{file.name}</h1>
        </div>
        <nav class="row" aria-label="Neighbours">
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
      </header>
      <FileTrouble {...props} />
      <FileStage {...props} />
      <FileWave {...props} />
      <div class="row file-bar">
        {file.state !== "missing" ? (
          <a class="btn" href={ctx.url(`/api/files/${file.id}/original`)} download={file.name}>
            <Icon name="download" />
            Original <span class="muted">{bytes(file.sizeBytes)}</span>
          </a>
        ) : null}
        {ctx.user?.role === "owner" ? <Actions {...props} /> : null}
      </div>
      <div class="file-columns">
        <div class="stack">
          {props.whys ? <FileWhy ctx={ctx} fileId={file.id} kinds={props.whys} /> : null}
          <FileHistory {...historyProps(props)} />
          <Derivatives {...props} />
        </div>
        <FileFacts {...props} />
      </div>
    </Layout>
  );
}

/** All that may have changed since the page was shown, but the player while it plays. */
export function FileChanges(props: FileProps & { stageBefore: string }) {
  return (
    <>
      <FileHistory {...historyProps(props)} />
      {partial("#trouble", "outerMorph", <FileTrouble {...props} />)}
      {partial("#facts", "outerMorph", <FileFacts {...props} />)}
      {partial("#derivatives", "outerMorph", <Derivatives {...props} />)}
      {props.stageBefore !== stageStamp(props.stage)
        ? partial("#stage", "outerHTML", <FileStage {...props} />)
        : null}
      {partial("#wave", "outerMorph", <FileWave {...props} />)}
      {props.whys
        ? partial("#why", "outerMorph", <FileWhy ctx={props.ctx} fileId={props.file.id} kinds={props.whys} />)
        : null}
    </>
  );
}

function historyProps({ ctx, file, history, happenings, copies, olderJobs, seen, stage }: FileProps) {
  const lists = { entries: history, happenings, copies, older: olderJobs };
  return { ctx, fileId: file.id, ...lists, seen, stage: stageStamp(stage) };
}

/** Changes when the stage must be drawn anew; a player that plays is left alone. */
function stageStamp(stage: Stage): string {
  return "why" in stage ? `${stage.kind}-${stage.why.length}` : stage.kind;
}

function FileTrouble({ ctx, file, failure, held }: FileProps) {
  const trouble = troubleOf(file);
  const owner = ctx.user?.role === "owner";
  if (!trouble) return <div id="trouble" />;
  return (
    <div id="trouble" class={`banner ${file.trashedAt ? "banner-warn" : "banner-bad"}`}>
      <Icon name={file.trashedAt ? "trash-2" : "triangle-alert"} />
      <div>
        <p>
          <b>{trouble}</b>
          {file.trashedAt ? (
            <>
              {" since "}
              <When at={file.trashedAt} />. The file on disk is untouched.
            </>
          ) : file.state === "missing" ? (
            <>
              {". The last scan did not find it"}
              {file.missingSince ? (
                <>
                  {", first noticed "}
                  <When at={file.missingSince} />
                </>
              ) : null}
              . Its facts and history are kept; it comes back by itself when it is found again.
            </>
          ) : (
            <>
              {file.reason ? `: ${file.reason}` : null}{" "}
              {file.reasonCode ? <span class="mono">{file.reasonCode}</span> : null}
            </>
          )}
        </p>
        {held ? (
          <>
            <p>
              {`${held.heldBy ? `Excluded by ${held.heldBy}` : "Held back by the server"} `}
              <When at={held.heldAt} />
              {held.failures > 0 ? ` after ${counted(held.failures, "failure")}` : null}
              {held.code === file.reasonCode ? ". " : `: ${held.reason} `}
              Nothing more is tried on it until somebody releases it, or its content changes.
            </p>
            {owner ? (
              <div class="row">
                <Release
                  fileId={file.id}
                  name={file.name}
                  back={ctx.url(`/files/${file.id}`)}
                  url={ctx.url}
                />
              </div>
            ) : null}
          </>
        ) : null}
        {failure && !file.trashedAt && file.state !== "missing" ? (
          <p>
            {failure.meaning} <b>Next:</b> {failure.nextStep}
          </p>
        ) : null}
        {file.trashedAt && owner ? (
          <button
            class="btn btn-small"
            type="submit"
            form="act"
            formaction={ctx.url(`/files/${file.id}/restore`)}
          >
            <Icon name="rotate-ccw" />
            Restore
          </button>
        ) : null}
      </div>
    </div>
  );
}

function FileStage({ ctx, file, stage }: FileProps) {
  return (
    <div id="stage" class="stage" data-kind={stage.kind}>
      {stage.kind === "video" ? (
        // biome-ignore lint/a11y/useMediaCaption: subtitles come with the kind that extracts them
        <video
          controls
          preload="metadata"
          playsinline
          width={file.width ?? undefined}
          height={file.height ?? undefined}
          poster={stage.poster ? ctx.url(stage.poster) : undefined}
          aria-label={file.name}
        >
          <source src={ctx.url(stage.src)} type={stage.mimeType} />
        </video>
      ) : stage.kind === "audio" ? (
        // biome-ignore lint/a11y/useMediaCaption: see above
        <audio controls preload="metadata" aria-label={file.name}>
          <source src={ctx.url(stage.src)} type={stage.mimeType} />
        </audio>
      ) : stage.kind === "picture" ? (
        <a href={ctx.url(`/api/files/${file.id}/original`)} aria-label={`Original of ${file.name}`}>
          <img
            src={ctx.url(stage.src)}
            width={stage.width ?? undefined}
            height={stage.height ?? undefined}
            alt={file.name}
          />
        </a>
      ) : stage.kind === "still" ? (
        <figure>
          <img
            src={ctx.url(stage.src)}
            width={stage.width ?? undefined}
            height={stage.height ?? undefined}
            alt={file.name}
          />
          <figcaption>{stage.why}</figcaption>
        </figure>
      ) : (
        <p class="stage-none">
          <Icon name={typeIcons[file.type]} />
          <span>{stage.why}</span>
        </p>
      )}
    </div>
  );
}

function FileWave({ file, waveform }: FileProps) {
  if (!waveform) return <div id="wave" />;
  return (
    <div id="wave" class="wave">
      <WaveformDrawing waveform={waveform} label={`Sound wave of ${file.name}`} />
    </div>
  );
}

function Actions({ ctx, file, actions, held }: FileProps) {
  return (
    <>
      {actions.length > 0 ? (
        <details class="more" id="actions">
          <summary class="btn">
            <Icon name="ellipsis" />
            Make again
          </summary>
          <div class="menu">
            {actions.map(({ type, label }) => (
              <button
                class="menu-item"
                type="submit"
                form="act"
                formaction={ctx.url(`/files/${file.id}/make/${type}`)}
              >
                {label}
              </button>
            ))}
          </div>
        </details>
      ) : null}
      {file.trashedAt || held ? null : (
        <a class="btn" href={ctx.url(`/admin/quarantine/${file.id}/exclude`)} data-dialog>
          <Icon name="ban" />
          Exclude from processing
        </a>
      )}
      {file.trashedAt ? null : (
        <button
          class="btn btn-quiet-danger"
          type="submit"
          form="act"
          formaction={ctx.url(`/files/${file.id}/trash`)}
        >
          <Icon name="trash-2" />
          Move to trash
        </button>
      )}
    </>
  );
}

function Derivatives({ ctx, derivatives }: FileProps) {
  return (
    <section id="derivatives" class="card" aria-labelledby="derivatives-title">
      <header>
        <h2 id="derivatives-title">Made from it</h2>
      </header>
      {derivatives.length === 0 ? <p class="muted">Nothing yet.</p> : null}
      <ul class="made">
        {derivatives.map(({ row, href: to }) => (
          <li>
            <a href={ctx.url(to)}>
              {derivativeNames[row.kind] ?? row.kind} <span class="muted">{row.variant}</span>
            </a>
            <span class="muted">
              {row.width && row.height ? `${row.width} × ${row.height} · ` : ""}
              {bytes(row.sizeBytes)} · <When at={row.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function folderSteps(path: string): { name: string; path: string }[] {
  const names = path.split("/").slice(0, -1);
  return names.map((name, i) => ({ name, path: names.slice(0, i + 1).join("/") }));
}
