// Choosing a folder of the server, one level at a time: links only, so that it works without scripts.

import { counted } from "../format.ts";
import { Icon } from "./icon.tsx";

export interface FoundMedia {
  counts: { video: number; image: number; audio: number };
  folders: number;
  isCut: boolean;
}

export interface PickedFolder {
  path: string;
  parent: string | null;
  readable: boolean;
  writable: boolean;
  /** Directly inside; `more` when counting stopped early. */
  counts: { folders: number; videos: number; images: number; audio: number; more: boolean };
  entries: { name: string; path: string }[];
  /** In it and below it, as far as could be told in a moment; null for the whole disk. */
  below?: FoundMedia | null;
  /** Why this folder may not become a library. */
  refusal?: string;
}

interface Props {
  folder: PickedFolder;
  /** The address that shows another folder. */
  linkTo(path: string): string;
  /** Folders that the configuration offers. */
  offered: string[];
}

export function FolderPicker({ folder, linkTo, offered }: Props) {
  return (
    <div class="picker">
      {offered.length > 0 ? (
        <ul class="picker-offered" aria-label="Folders named in the configuration">
          {offered.map((path) => (
            <li>
              <a
                class="btn btn-small"
                href={linkTo(path)}
                aria-current={path === folder.path ? "true" : undefined}
              >
                <Icon name="hard-drive" />
                {path}
              </a>
            </li>
          ))}
        </ul>
      ) : null}
      <nav aria-label="Folder path">
        <ol class="crumbs">
          {steps(folder.path).map(({ name, path }) => (
            <li>
              <a href={linkTo(path)} aria-current={path === folder.path ? "page" : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <p class="picker-facts" role="status">
        <Check ok={folder.readable} yes="readable" no="not readable" />
        <Check ok={folder.writable} yes="writable" no="read-only" neutral />
        <span>{inWords(folder.counts)}</span>
        {folder.below && folder.below.folders > 0 ? <span>{belowInWords(folder.below)}</span> : null}
      </p>
      {folder.refusal ? <p class="banner banner-warn">{folder.refusal}</p> : null}
      <ul class="picker-list">
        {folder.parent !== null ? (
          <li>
            <a href={linkTo(folder.parent)}>
              <Icon name="arrow-left" />
              Up one level
            </a>
          </li>
        ) : null}
        {folder.entries.map((entry) => (
          <li>
            <a href={linkTo(entry.path)}>
              <Icon name="folder" />
              {entry.name}
            </a>
          </li>
        ))}
        {folder.entries.length === 0 ? <li class="picker-none muted">No folders in here.</li> : null}
      </ul>
    </div>
  );
}

function Check({ ok, yes, no, neutral }: { ok: boolean; yes: string; no: string; neutral?: boolean }) {
  return (
    <span class={ok ? "good" : neutral ? "muted" : "bad"}>
      <Icon name={ok ? "circle-check" : neutral ? "lock" : "circle-x"} /> {ok ? yes : no}
    </span>
  );
}

function inWords({ folders, videos, images, audio, more }: PickedFolder["counts"]): string {
  const media = [
    videos > 0 && counted(videos, "video"),
    images > 0 && counted(images, "picture"),
    audio > 0 && counted(audio, "audio file"),
  ].filter(Boolean);
  const within = folders > 0 ? ` and ${counted(folders, "folder")}` : "";
  return `${more ? "at least " : ""}${media.length > 0 ? media.join(", ") : "no media"}${within} directly in it`;
}

/** `1,204 videos and 310 pictures with all 42 folders below`. */
function belowInWords({ counts, folders, isCut }: FoundMedia): string {
  const media = [
    counts.video > 0 && counted(counts.video, "video"),
    counts.image > 0 && counted(counts.image, "picture"),
    counts.audio > 0 && counted(counts.audio, "audio file"),
  ].filter(Boolean);
  const found = media.length > 0 ? media.join(", ") : "no media";
  return isCut
    ? `at least ${found} with the folders below it; there is more`
    : `${found} with ${counted(folders, "folder")} below it`;
}

function steps(path: string): { name: string; path: string }[] {
  const names = path.split("/").filter(Boolean);
  return [
    { name: "/", path: "/" },
    ...names.map((name, i) => ({ name, path: `/${names.slice(0, i + 1).join("/")}` })),
  ];
}
