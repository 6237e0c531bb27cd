// One file in a grid: its picture, or a placeholder that says what is going on. Sized before anything loads, so that
// nothing jumps.

import type { FileRow, FileType } from "../../src/db/tables/library.ts";
import { clockTime } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";

/** What becomes of a picture that is not there yet. */
export type PictureState = "waiting" | "running" | "paused" | "failed" | "none";

export interface Shot {
  file: FileRow;
  href: string;
  /** With a box to tick. */
  mayTick: boolean;
  /** Address of a picture of at least the width, below the base path; null when there is none. */
  picture: { src(width: number): string; width: number; height: number } | null;
  pictureState: PictureState;
  /** Address of a short film that plays in its place under the pointer. */
  preview?: string;
}

export function FileShot({ shot: { file, href, mayTick, picture, pictureState, preview } }: { shot: Shot }) {
  const trouble = troubleOf(file);
  return (
    <li
      id={`file-${file.id}`}
      class="shot"
      data-type={file.type}
      data-at={file.capturedAt?.toISOString()}
      data-px={file.type === "image" && file.width ? Math.max(file.width, file.height ?? 0) : undefined}
      data-preview={preview}
      data-trouble={trouble ? (file.trashedAt ? "trashed" : file.state) : undefined}
    >
      <a href={href}>
        <span class="shot-frame">
          {picture ? (
            <img
              src={picture.src(240)}
              srcset={`${picture.src(240)} 240w, ${picture.src(640)} 640w`}
              sizes="(max-width: 40rem) 45vw, 12rem"
              width={picture.width}
              height={picture.height}
              loading="lazy"
              decoding="async"
              alt={`${typeNames[file.type]} ${file.name}`}
            />
          ) : (
            <span class="shot-none" data-picture={file.state === "missing" ? undefined : pictureState}>
              <Icon name={typeIcons[file.type]} />
              <span class="shot-why">{file.state === "missing" ? "" : whyNone(file.type, pictureState)}</span>
            </span>
          )}
          <TypeBadge file={file} />
          {trouble ? (
            <span class="shot-badge shot-trouble">
              <Icon name={troubleIcon(file)} />
              {trouble}
            </span>
          ) : null}
        </span>
        <span class="shot-name" title={file.path}>
          {file.name}
        </span>
        {trouble && file.reason ? <span class="shot-reason">{file.reason.split("\n")[0]}</span> : null}
      </a>
      {mayTick ? (
        <label class="shot-tick">
          <input type="checkbox" form="bulk-files" name="ids" value={String(file.id)} />
          <span class="sr-only">{`Tick ${file.name}`}</span>
        </label>
      ) : null}
    </li>
  );
}

/** What it is, where a picture could be taken for a picture. */
export function TypeBadge({ file }: { file: FileRow }) {
  if (file.type === "image") return null;
  return (
    <span class="shot-badge shot-time">
      <Icon name={typeIcons[file.type]} />
      <span class="sr-only">{typeNames[file.type]} </span>
      {file.durationS === null ? null : clockTime(file.durationS)}
    </span>
  );
}

export const typeNames: Record<FileType, string> = { video: "Video", image: "Picture", audio: "Audio" };
export const typeIcons: Record<FileType, IconName> = { video: "film", image: "images", audio: "music" };

export function troubleOf(file: Pick<FileRow, "state" | "trashedAt">): string | null {
  if (file.trashedAt) return "In the trash";
  if (file.state === "missing") return "Missing";
  if (file.state === "invalid") return "Damaged";
  if (file.state === "quarantined") return "Quarantined";
  return null;
}

function troubleIcon({ state, trashedAt }: Pick<FileRow, "state" | "trashedAt">): IconName {
  if (trashedAt) return "trash-2";
  if (state === "missing") return "circle-help";
  return state === "quarantined" ? "ban" : "triangle-alert";
}

function whyNone(type: FileType, state: PictureState): string {
  if (type === "audio") return "Audio";
  if (state === "running") return type === "video" ? "Making the poster…" : "Making the thumbnail…";
  if (state === "waiting") return type === "video" ? "Poster to come" : "Thumbnail to come";
  if (state === "paused") return "Paused";
  if (state === "failed") return "No picture could be made";
  return "No picture yet";
}
