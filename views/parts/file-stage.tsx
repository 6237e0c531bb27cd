// What stands at the top of a file's page: its player or picture, or why there is none and what to do about it.

import type { FileRow } from "../../src/db/tables/library.ts";
import type { Seer } from "./file-history.tsx";
import { typeIcons } from "./file-shot.tsx";
import { Icon } from "./icon.tsx";

/** Addresses are below the base path. */
export type Stage =
  | { kind: "video"; src: string; mimeType: string; poster: string | null }
  | { kind: "audio"; src: string; mimeType: string }
  | { kind: "picture"; src: string; width: number | null; height: number | null }
  /** Only a picture of it, and why no more. */
  | { kind: "still"; src: string; width: number | null; height: number | null; why: string }
  | { kind: "none"; title: string; why: string };

/** Changes when the stage must be drawn anew; a player that plays is left alone. */
export function stageStamp(stage: Stage): string {
  return "why" in stage ? `${stage.kind} ${stage.why}` : stage.kind;
}

export function FileStage({ ctx, file, stage }: { ctx: Seer; file: FileRow; stage: Stage }) {
  return (
    <div id="stage" class="stage" data-kind={stage.kind}>
      <Shown ctx={ctx} file={file} stage={stage} />
    </div>
  );
}

function Shown({ ctx, file, stage }: { ctx: Seer; file: FileRow; stage: Stage }) {
  switch (stage.kind) {
    case "video":
      return (
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
      );
    case "audio":
      return (
        // biome-ignore lint/a11y/useMediaCaption: see above
        <audio controls preload="metadata" aria-label={file.name}>
          <source src={ctx.url(stage.src)} type={stage.mimeType} />
        </audio>
      );
    case "picture":
      return (
        <a href={ctx.url(`/api/files/${file.id}/original`)} aria-label={`Original of ${file.name}`}>
          <Picture ctx={ctx} file={file} stage={stage} />
        </a>
      );
    case "still":
      return (
        <figure>
          <Picture ctx={ctx} file={file} stage={stage} />
          <figcaption>{stage.why}</figcaption>
        </figure>
      );
    case "none":
      return (
        <div class="stage-none">
          <Icon name={typeIcons[file.type]} />
          <p>
            <b>{stage.title}</b>
            {stage.why}
          </p>
        </div>
      );
  }
}

interface PictureProps {
  ctx: Seer;
  file: FileRow;
  stage: { src: string; width: number | null; height: number | null };
}

function Picture({ ctx, file, stage }: PictureProps) {
  return (
    <img
      src={ctx.url(stage.src)}
      width={stage.width ?? undefined}
      height={stage.height ?? undefined}
      alt={file.name}
    />
  );
}
