// What is being done for the libraries right now, in one line that keeps its place when there is nothing.

import { counted, number } from "../format.ts";
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
  /** There is no library, so nothing was done. */
  isBare?: boolean;
  /** Files that came since the page was shown, and where to see them. */
  news?: { files: number; href: string } | undefined;
}

export function GoingOn({ work, isBare, detailsUrl, news }: Props) {
  const parts = inWords(work);
  const busy = parts.length > 0;
  return (
    <p id="going-on" class="going-on" data-busy={busy ? "" : undefined} hidden={isBare && !busy}>
      <Icon name={busy ? "activity" : "circle-check"} />
      <span>{busy ? parts.join(" · ") : "All is done."}</span>
      {news ? <a href={news.href}>Show {counted(news.files, "new file")}</a> : null}
      {detailsUrl && busy ? <a href={detailsUrl}>Watch</a> : null}
    </p>
  );
}

function inWords({ scans, toGo, pictures }: Work): string[] {
  const parts = scans > 0 ? [scans === 1 ? "Scanning" : `${scans} scans`] : [];
  // What is not looked into yet asks for its picture later: until then nobody knows how many are left.
  const isKnown = !toGo.some(({ what }) => what === "fact");
  for (const { what, jobs } of toGo) {
    const isShare = what === "picture" && isKnown && pictures !== null && pictures >= jobs;
    if (isShare) parts.push(`${number(jobs)} of ${counted(pictures, "thumbnail")} to go`);
    else if (what === "other" && parts.length === 0) parts.push(`${counted(jobs, "job")} to go`);
    else parts.push(counted(jobs, names[what][0], names[what][1]));
  }
  return parts;
}

const names = {
  picture: ["thumbnail to go", "thumbnails to go"],
  fact: ["file to look into", "files to look into"],
  hash: ["hash to go", "hashes to go"],
  waveform: ["sound wave to go", "sound waves to go"],
  other: ["other job to go", "other jobs to go"],
} as const;
