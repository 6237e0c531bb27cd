// What is being done for the libraries right now, in one line that keeps its place when there is nothing.

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

interface Props {
  work: Work;
  detailsUrl?: string | undefined;
  /** Files that came since the page was shown, and where to see them. */
  news?: { files: number; href: string } | undefined;
}

export function GoingOn({ work, detailsUrl, news }: Props) {
  const parts = inWords(work);
  const busy = parts.length > 0;
  return (
    <p id="going-on" class="going-on" data-busy={busy ? "" : undefined}>
      <Icon name={busy ? "activity" : "circle-check"} />
      <span>{busy ? parts.join(" · ") : "All is done."}</span>
      {news ? <a href={news.href}>Show {counted(news.files, "new file")}</a> : null}
      {detailsUrl && busy ? <a href={detailsUrl}>Watch</a> : null}
    </p>
  );
}

function inWords({ scans, toGo, pictures }: Work): string[] {
  const parts = scans > 0 ? [scans === 1 ? "Scanning" : `${scans} scans`] : [];
  for (const { what, jobs } of toGo) {
    const of =
      what === "picture" && pictures !== null && pictures >= jobs
        ? ` of ${counted(pictures, "thumbnail")}`
        : "";
    parts.push(
      of
        ? `${jobs.toLocaleString("en")}${of} to go`
        : `${counted(jobs, names[what][0], names[what][1])} to go`,
    );
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
