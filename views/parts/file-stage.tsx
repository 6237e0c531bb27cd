// What stands at the top of a file's page: its player or picture, or why there is none and what to do about it.

import type { FileRow } from "../../src/db/tables/library.ts";
import type { Seer } from "./file-history.tsx";
import { typeIcons } from "./file-shot.tsx";
import { Icon } from "./icon.tsx";
import { type PlayerFacts, VideoPlayer } from "./player.tsx";

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

interface Props {
  ctx: Seer;
  file: FileRow;
  stage: Stage;
  /** There for every film and recording. */
  player: PlayerFacts | null;
}

export function FileStage(props: Props) {
  return (
    <div id="stage" class="stage" data-kind={props.stage.kind}>
      <Shown {...props} />
    </div>
  );
}

function Shown({ ctx, file, stage, player }: Props) {
  switch (stage.kind) {
    case "video":
      return <VideoPlayer ctx={ctx} file={file} stage={stage} facts={player!} />;
    case "audio":
      return (
        // biome-ignore lint/a11y/useMediaCaption: nobody has written down what is said in it
        <audio controls preload="metadata" aria-label={file.name} hx-morph-skip>
          <source src={ctx.url(stage.src)} type={stage.mimeType} />
        </audio>
      );
    case "picture":
      return (
        <a
          href={ctx.url(`/api/files/${file.id}/original`)}
          aria-label={`Original of ${file.name}`}
          data-zoom={`${file.width ?? 0}x${file.height ?? 0}`}
          data-full={ctx.url(fullSize(file))}
        >
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

/** As large as a screen can use, in a form that browsers show. */
function fullSize({ id, mimeType }: FileRow): string {
  const isShownAsIs = /^image\/(jpeg|png|webp|avif|gif)$/.test(mimeType);
  return `/api/files/${id}/${isShownAsIs ? "original" : "transform?w=4096&h=4096&format=webp"}`;
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
