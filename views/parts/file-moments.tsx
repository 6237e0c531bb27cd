// Moments of a film or recording: stretches that somebody marked or that a digest chose. They are played, looped, exported
// and turned into GIFs here, and written by typed times where there is no JavaScript.

import type { FileRow } from "../../src/db/tables/library.ts";
import { duration, exactTime } from "../format.ts";
import type { Seer } from "./file-history.tsx";
import { Icon } from "./icon.tsx";
import { inPlace } from "./in-place.tsx";

export interface MomentLine {
  id: number;
  title: string;
  startMs: number;
  endMs: number;
  source: "user" | "digest";
  /** An export that is on its way. */
  exporting: { jobId: number; status: string; progress: number | null } | null;
  /** Its newest export, below the base path. */
  download: string | null;
}

interface Props {
  ctx: Seer;
  file: FileRow;
  moments: MomentLine[];
}

export function FileMoments({ ctx, file, moments }: Props) {
  const isOwner = ctx.user?.role === "owner";
  if (file.type === "image" || (!isOwner && moments.length === 0)) return <div id="moments" />;
  return (
    <section id="moments" class="card" aria-labelledby="moments-title">
      <header>
        <h2 id="moments-title">Moments</h2>
        {isOwner && file.state !== "missing" ? (
          <span class="muted needs-js moment-keys">
            <kbd>i</kbd> start here, <kbd>o</kbd> end here
          </span>
        ) : null}
      </header>
      {moments.length === 0 ? null : (
        <ul class="moments">
          {moments.map((moment) => (
            <Line ctx={ctx} file={file} moment={moment} isOwner={isOwner} />
          ))}
        </ul>
      )}
      {isOwner ? (
        <details class="moment-new" id="moment-new" hx-morph-skip>
          <summary>
            <Icon name="plus" />
            New moment
          </summary>
          <MomentForm ctx={ctx} file={file} />
        </details>
      ) : null}
    </section>
  );
}

function Line({
  ctx,
  file,
  moment,
  isOwner,
}: Omit<Props, "moments"> & { moment: MomentLine; isOwner: boolean }) {
  const { id, title, startMs, endMs, source } = moment;
  return (
    <li id={`moment-${id}`}>
      <a class="moment-go" href={`#t=${startMs / 1000}`} title="Play from here">
        <Icon name="play" />
        <span>
          <b class="break">{title || "Untitled"}</b>
          <small class="muted moment-times">
            {exactTime(startMs)} – {exactTime(endMs)} · {duration((endMs - startMs) / 1000)}
            {source === "digest" ? " · chosen by a digest" : ""}
          </small>
        </span>
      </a>
      <div class="row moment-acts">
        <ExportState ctx={ctx} moment={moment} />
        {isOwner ? <Acts ctx={ctx} file={file} moment={moment} /> : null}
      </div>
      {isOwner ? (
        <details class="moment-edit" id={`moment-${id}-edit`}>
          <summary>Edit</summary>
          {/* What somebody types stays, until somebody else moves the moment: then this is another form. */}
          <div id={`moment-${id}-${startMs}-${endMs}`} hx-morph-skip>
            <MomentForm ctx={ctx} file={file} moment={moment} />
          </div>
        </details>
      ) : null}
    </li>
  );
}

function ExportState({ ctx, moment: { exporting, download } }: Pick<Props, "ctx"> & { moment: MomentLine }) {
  if (exporting) {
    const words = exporting.status === "running" ? "Exporting" : "Export waits";
    return (
      <span class="moment-progress">
        {ctx.user?.role === "owner" ? <a href={ctx.url(`/admin/jobs/${exporting.jobId}`)}>{words}</a> : words}
        <progress value={exporting.progress ?? undefined} max={100} aria-label={words} />
      </span>
    );
  }
  if (!download) return null;
  return (
    <a class="btn btn-small" href={ctx.url(download)} download>
      <Icon name="download" />
      Download
    </a>
  );
}

function Acts({
  ctx,
  file,
  moment: { id, title, exporting, download },
}: Omit<Props, "moments"> & { moment: MomentLine }) {
  const name = title || "Untitled";
  const act = (verb: string) => ctx.url(`/files/${file.id}/moments/${id}/${verb}`);
  return (
    <>
      {exporting ? null : (
        <button type="submit" form="act" class="btn btn-small" formaction={act("export")}>
          {download ? "Export again" : "Export"}
          <span class="sr-only"> {name}</span>
        </button>
      )}
      {file.type === "video" ? (
        <button type="submit" form="act" class="btn btn-small" formaction={act("gif")}>
          GIF<span class="sr-only"> of {name}</span>
        </button>
      ) : null}
      <button
        type="submit"
        form="act"
        class="btn-icon"
        formaction={act("delete")}
        aria-label={`Delete ${name}`}
      >
        <Icon name="trash-2" />
      </button>
    </>
  );
}

/** Of one that exists, or of a new one. */
function MomentForm({ ctx, file, moment }: { ctx: Seer; file: FileRow; moment?: MomentLine }) {
  const to = `/files/${file.id}/moments${moment ? `/${moment.id}` : ""}`;
  return (
    <form class="moment-form" method="post" action={ctx.url(to)} data-moment {...inPlace}>
      <label class="moment-title">
        <span>Title</span>
        <input class="input" name="title" maxlength={200} value={moment?.title ?? ""} />
      </label>
      <TimeField name="start" label="Start" ms={moment?.startMs} />
      <TimeField name="end" label="End" ms={moment?.endMs} />
      <div class="row">
        <button type="submit" class="btn btn-primary">
          {moment ? "Save" : "Add moment"}
        </button>
        <button type="button" class="btn needs-js" data-moment-loop aria-pressed="false">
          <Icon name="rotate-ccw" />
          Loop
        </button>
        {file.type === "video" && !moment ? (
          <button type="submit" class="btn" formaction={ctx.url(`/files/${file.id}/gif`)}>
            GIF of it
          </button>
        ) : null}
      </div>
    </form>
  );
}

function TimeField({ name, label, ms }: { name: "start" | "end"; label: string; ms: number | undefined }) {
  return (
    <div class="moment-time">
      <label>
        <span>{label}</span>
        <input
          class="input moment-times"
          name={name}
          inputmode="decimal"
          autocomplete="off"
          required
          placeholder="0:12.340"
          value={ms === undefined ? "" : exactTime(ms)}
        />
      </label>
      <div class="row needs-js">
        <button
          type="button"
          class="btn btn-small"
          data-moment-set={name}
          title={`${label} here (${name === "start" ? "i" : "o"})`}
        >
          {label} here
        </button>
        <button
          type="button"
          class="btn-icon"
          data-moment-nudge={`${name} -1`}
          aria-label={`${label}: one frame earlier`}
          title="One frame earlier"
        >
          <Icon name="chevron-left" />
        </button>
        <button
          type="button"
          class="btn-icon"
          data-moment-nudge={`${name} 1`}
          aria-label={`${label}: one frame later`}
          title="One frame later"
        >
          <Icon name="chevron-right" />
        </button>
      </div>
    </div>
  );
}
