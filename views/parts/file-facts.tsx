// What is known about a file, as a list of facts; unknown ones are left out.

import type { FileRow, LibraryRow } from "../../src/db/tables/library.ts";
import { bytes, clockTime, number } from "../format.ts";
import { Fact } from "./fact.tsx";
import type { Seer } from "./file-history.tsx";
import { typeNames } from "./file-shot.tsx";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

export interface Copy {
  id: number;
  path: string;
  library: string;
}

interface Props {
  ctx: Seer;
  file: FileRow;
  library: LibraryRow;
  copies: Copy[];
  alike: (Copy & { distance: number })[];
}

export function FileFacts({ ctx, file, library, copies, alike }: Props) {
  const codecs = file.codecs
    ? [file.codecs.container, file.codecs.video, file.codecs.audio].filter(Boolean).join(" · ")
    : "";
  return (
    <section id="facts" class="card" aria-labelledby="facts-title">
      <header>
        <h2 id="facts-title">Facts</h2>
      </header>
      <dl class="facts">
        <Fact label="Type">
          {typeNames[file.type]} <span class="muted">{file.mimeType}</span>
        </Fact>
        <Fact label="Size">
          {bytes(file.sizeBytes)} <span class="muted">{number(file.sizeBytes)} bytes</span>
        </Fact>
        <Fact label="Dimensions">{file.width && file.height ? `${file.width} × ${file.height}` : null}</Fact>
        <Fact label="Duration">{file.durationS !== null ? clockTime(file.durationS) : null}</Fact>
        <Fact label="Codecs">{codecs || null}</Fact>
        <Fact label="Subtitles">{file.codecs?.subtitles?.join(", ") || null}</Fact>
        <Fact label="Captured">
          {file.capturedAt ? (
            <>
              {captured(file)}{" "}
              <span class="muted">{sources[file.capturedFrom ?? ""] ?? file.capturedFrom}</span>
            </>
          ) : null}
        </Fact>
        <Fact label="Place">
          {file.gpsLat !== null && file.gpsLon !== null ? place(file.gpsLat, file.gpsLon, file.gpsAlt) : null}
        </Fact>
        <Fact label="Camera">{camera(file)}</Fact>
        <Fact label="Lens">{file.camera?.lens ?? null}</Fact>
        <Fact label="Exposure">{exposure(file)}</Fact>
        <Fact label="Library">
          <a href={ctx.url(`/libraries/${library.id}`)}>{library.name}</a>
        </Fact>
        <Fact label="Path">
          {ctx.user?.role === "owner" ? (
            <FullPath path={`${library.path}/${file.path}`} />
          ) : (
            <span class="mono">{file.path}</span>
          )}
        </Fact>
        <Fact label="Changed on disk">
          <When at={new Date(file.mtimeMs)} />
        </Fact>
        <Fact label="SHA-256">
          {file.sha256 ? (
            <span class="mono hash">{file.sha256}</span>
          ) : (
            <span class="muted">not hashed yet</span>
          )}
        </Fact>
        <Fact label="Same content">
          {copies.length > 0 ? (
            <ul>
              {copies.map(({ id, path, library }) => (
                <li>
                  <a href={ctx.url(`/files/${id}`)}>{path}</a> <span class="muted">in {library}</span>
                </li>
              ))}
            </ul>
          ) : null}
        </Fact>
        <Fact label={file.type === "audio" ? "Sounds like" : "Looks like"}>
          {alike.length > 0 ? (
            <>
              <ul>
                {alike.slice(0, mostAlike).map(({ id, path, library }) => (
                  <li>
                    <a href={ctx.url(`/files/${id}`)}>{path}</a> <span class="muted">in {library}</span>
                  </li>
                ))}
              </ul>
              {ctx.user?.role === "owner" ? (
                <a href={ctx.url("/duplicates?type=near")}>{sideBySide(alike.length)}</a>
              ) : null}
            </>
          ) : null}
        </Fact>
      </dl>
    </section>
  );
}

const mostAlike = 5;

function sideBySide(n: number): string {
  return n > mostAlike ? `${n - mostAlike} more, side by side` : "Side by side";
}

const sources: Record<string, string> = {
  exif: "from the camera (EXIF)",
  xmp: "from XMP",
  container: "from the file's own header",
  file: "from the file's date on disk",
  sidecar: "from a sidecar",
  identify: "from an identification",
  user: "said here",
};

/** The wall clock where the picture was taken; in UTC and saying so when nobody knows where that was. */
/** As the tools on the server's disk want it. */
function FullPath({ path }: { path: string }) {
  return (
    <span class="full-path">
      <code class="break" id="full-path">
        {path}
      </code>
      <button
        type="button"
        class="btn-icon needs-js"
        data-copy="#full-path"
        title="Copy the path"
        aria-label="Copy the path"
      >
        <Icon name="copy" />
      </button>
    </span>
  );
}

function captured({ capturedAt, capturedOffsetMin: offsetMin, capturedFrom }: FileRow): string {
  const local = new Date(capturedAt!.getTime() + (offsetMin ?? 0) * 60_000).toISOString();
  const text = `${local.slice(0, 10)} ${local.slice(11, 19)}`;
  // A date on disk is a moment; a camera's without an offset is only what its clock said.
  if (offsetMin === null) return capturedFrom === "file" ? `${text} UTC` : `${text} (time zone unknown)`;
  const abs = Math.abs(offsetMin);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${text} UTC${offsetMin < 0 ? "−" : "+"}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

function place(lat: number, lon: number, alt: number | null): string {
  const part = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
  return `${part(lat, "N", "S")}, ${part(lon, "E", "W")}${alt === null ? "" : `, ${Math.round(alt)} m`}`;
}

function camera({ camera: c }: FileRow): string | null {
  if (!c?.make && !c?.model) return null;
  if (c.make && c.model?.toLowerCase().startsWith(c.make.toLowerCase())) return c.model;
  return [c.make, c.model].filter(Boolean).join(" ");
}

function exposure({ camera: c }: FileRow): string | null {
  if (!c) return null;
  const time = c.exposureS
    ? c.exposureS < 1
      ? `1/${Math.round(1 / c.exposureS)} s`
      : `${c.exposureS} s`
    : null;
  const parts = [
    time,
    c.aperture && `f/${c.aperture}`,
    c.iso && `ISO ${c.iso}`,
    c.focalLengthMm && `${c.focalLengthMm} mm`,
  ];
  return parts.filter(Boolean).join(" · ") || null;
}
