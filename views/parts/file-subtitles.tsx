// The subtitles of a film: languages, where they come from, and to take along.

import type { SubtitleView } from "../../src/library/subtitles.ts";
import type { Seer } from "./file-history.tsx";
import { Icon } from "./icon.tsx";

export interface SubtitleLine extends SubtitleView {
  /** `German`; null where the file does not say. */
  languageName: string | null;
}

export function FileSubtitles({ ctx, subtitles }: { ctx: Seer; subtitles: SubtitleLine[] }) {
  if (subtitles.length === 0) return <section id="subtitles" hidden />;
  // A script and the WebVTT made of it are one track.
  const tracks = [...Map.groupBy(subtitles, (one) => one.track).values()];
  return (
    <section id="subtitles" class="card" aria-labelledby="subtitles-title">
      <header>
        <h2 id="subtitles-title">Subtitles</h2>
      </header>
      <ul class="subtitle-list">
        {tracks.map((forms) => (
          <li>
            <div>
              <b>{nameOf(forms[0]!)}</b>
              <span class="muted">{notesOn(forms[0]!)}</span>
            </div>
            <div class="row">
              {forms.map((one) => (
                <a
                  class="btn"
                  href={ctx.url(`${one.url}&download`)}
                  aria-label={`Download ${nameOf(one)} as ${formats[one.format]}`}
                >
                  <Icon name="download" />
                  {formats[one.format]}
                </a>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const formats = { vtt: "WebVTT", ass: "ASS" };

function nameOf({ languageName, title, track }: SubtitleLine): string {
  return languageName ?? title ?? `Track ${Number.parseInt(track, 10) || track}`;
}

function notesOn(one: SubtitleLine): string {
  return [
    one.languageName && one.title !== one.languageName ? one.title : null,
    one.isDefault ? "default" : null,
    one.isForced ? "forced" : null,
    one.isHearingImpaired && !/hearing|\bsdh\b/i.test(one.title ?? "") ? "for the hard of hearing" : null,
    one.source === "sidecar" ? "from a file beside it" : null,
  ]
    .filter(Boolean)
    .join(" · ");
}
