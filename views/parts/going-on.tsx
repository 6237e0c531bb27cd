// What is being done for the libraries right now, in one line; asks again by itself while there is something.

import { counted } from "../format.ts";
import { Icon } from "./icon.tsx";

export interface Work {
  /** Scans that run or wait. */
  scans: number;
  /** Open jobs by what they make: `thumbnails`, 12. Only those with any. */
  toGo: { what: "picture" | "fact" | "hash" | "waveform" | "other"; jobs: number }[];
  /** Files that get a picture; with it "12 of 340" can be said. */
  pictures: number | null;
}

export function GoingOn({ work, pollUrl, detailsUrl }: { work: Work; pollUrl: string; detailsUrl?: string }) {
  const parts = inWords(work);
  // The poll goes on when idle, only slower: work may start at any time.
  return (
    <p id="going-on" class="going-on" data-busy={parts.length > 0 ? "" : undefined} hx-get={pollUrl} hx-trigger={`every ${parts.length > 0 ? 2 : 10}s`} hx-swap="outerHTML">
      {parts.length > 0 ? (
        <>
          <Icon name="activity" />
          <span>{parts.join(" · ")}</span>
          {detailsUrl ? <a href={detailsUrl}>Watch</a> : null}
        </>
      ) : (
        <>
          <Icon name="circle-check" />
          <span class="muted">Nothing to do</span>
        </>
      )}
    </p>
  );
}

function inWords({ scans, toGo, pictures }: Work): string[] {
  const parts = scans > 0 ? [scans === 1 ? "Scanning" : `${scans} scans`] : [];
  for (const { what, jobs } of toGo) {
    const of = what === "picture" && pictures !== null && pictures >= jobs ? ` of ${counted(pictures, "thumbnail")}` : "";
    parts.push(of ? `${jobs.toLocaleString("en")}${of} to go` : `${counted(jobs, names[what][0], names[what][1])} to go`);
  }
  return parts;
}

const names = {
  picture: ["thumbnail", "thumbnails"],
  fact: ["file to look into", "files to look into"],
  hash: ["hash", "hashes"],
  waveform: ["sound wave", "sound waves"],
  other: ["other job", "other jobs"],
} as const;
