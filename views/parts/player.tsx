// The film on a file's page: a plain `<video controls>` that works without JavaScript, in the element that media-chrome
// turns into a player, with what covers it until somebody plays it. What the player needs to know stands beside it.

import type { FileRow } from "../../src/db/tables/library.ts";
import { clockTime } from "../format.ts";
import type { Seer } from "./file-history.tsx";
import type { Stage } from "./file-stage.tsx";
import { Icon } from "./icon.tsx";

/** Addresses are below the base path. */
export interface PlayerFacts {
  fileId: number;
  hls: string | null;
  sprite: string | null;
  durationS: number | null;
  fps: number | null;
  subtitles: SubtitleTrack[];
  chapters: { startS: number; endS: number; title: string | null }[];
  moments: { id: number; startMs: number; endMs: number; title: string }[];
}

export interface SubtitleTrack {
  src: string;
  label: string;
  /** Two letters where there are such. */
  language: string | null;
  isDefault: boolean;
}

interface Props {
  ctx: Seer;
  file: FileRow;
  stage: Extract<Stage, { kind: "video" }>;
  facts: PlayerFacts;
}

/** Once it is on the page it is the browser's: live updates leave it alone, and `PlayerData` tells it what is new. */
export function VideoPlayer({ ctx, file, stage, facts }: Props) {
  const label = `Player of ${file.name}`;
  return (
    <media-controller id="player" class="player" aria-label={label} nohotkeys="" hx-morph-skip>
      {/* biome-ignore lint/a11y/useMediaCaption: there are as many as were extracted */}
      <video
        slot="media"
        controls
        preload={facts.hls ? "none" : "metadata"}
        playsinline
        width={file.width ?? undefined}
        height={file.height ?? undefined}
        poster={stage.poster ? ctx.url(stage.poster) : undefined}
        aria-label={file.name}
      >
        <source src={ctx.url(stage.src)} type={stage.mimeType} />
        {facts.subtitles.map((track) => (
          <track
            kind="subtitles"
            src={ctx.url(track.src)}
            label={track.label}
            srclang={track.language ?? undefined}
            default={track.isDefault || undefined}
          />
        ))}
      </video>
      <Cover durationS={facts.durationS} />
    </media-controller>
  );
}

/** Over the poster, until somebody plays it. */
function Cover({ durationS }: { durationS: number | null }) {
  return (
    <div class="player-cover needs-js" slot="centered-chrome">
      <button type="button" class="player-go" data-play aria-label="Play" title="Play (k)">
        <Icon name="play" />
      </button>
      <div class="row player-resume" hidden>
        <button type="button" class="btn" data-play="resume" />
        <button type="button" class="btn" data-play="start">
          From the start
        </button>
      </div>
      {durationS ? <span class="player-length">{clockTime(durationS)}</span> : null}
    </div>
  );
}

export function PlayerData({ facts }: { facts: PlayerFacts | null }) {
  return <div id="player-data" hidden data-player={facts ? JSON.stringify(facts) : undefined} />;
}
