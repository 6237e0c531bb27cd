// The file that a job is about: how it looks, where it lies, what is known of it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, clockTime } from "../format.ts";
import { typeIcons, typeNames } from "./file-shot.tsx";
import { Icon } from "./icon.tsx";

export interface JobFileFacts {
  id: number;
  name: string;
  type: "video" | "image" | "audio";
  /** On the server's disk. */
  fullPath: string;
  library: string;
  sizeBytes: number;
  mimeType: string;
  /** `h264, aac in mp4`. */
  codecs: string | null;
  width: number | null;
  height: number | null;
  durationS: number | null;
  /** Address of a picture of it, below the base path; null when there is none yet. */
  picture: string | null;
  /** Why nothing is done to it. */
  trouble: string | null;
  isHeld: boolean;
}

export function JobFile({
  file,
  jobId,
  url,
}: {
  file: JobFileFacts;
  jobId: number;
  url: PageContext["url"];
}) {
  const page = url(`/files/${file.id}`);
  const pathId = `path-${jobId}`;
  return (
    <section class="job-file">
      <h3 class="sr-only">File</h3>
      <a class="job-shot" href={page} aria-label={`Open ${file.name}`}>
        {file.picture ? (
          <img src={url(file.picture)} alt="" loading="lazy" decoding="async" width={240} height={160} />
        ) : (
          <Icon name={typeIcons[file.type]} />
        )}
      </a>
      <p class="job-path">
        <code class="break" id={pathId}>
          {file.fullPath}
        </code>
        <button
          type="button"
          class="btn-icon needs-js"
          data-copy={`#${pathId}`}
          title="Copy the path"
          aria-label="Copy the path"
        >
          <Icon name="copy" />
        </button>
      </p>
      <p class="muted">{described(file).join(" · ")}</p>
      {file.trouble ? (
        <p class="warn">
          <Icon name="shield" /> {file.trouble}
        </p>
      ) : null}
      <p class="row">
        <a class="btn btn-small" href={page}>
          <Icon name="history" />
          The file and its history
        </a>
        <a class="btn btn-small" href={url(`/api/files/${file.id}/original`)}>
          <Icon name="external-link" />
          Open the original
        </a>
      </p>
    </section>
  );
}

function described(file: JobFileFacts): string[] {
  const parts = [typeNames[file.type], bytes(file.sizeBytes), file.codecs ?? file.mimeType];
  if (file.width && file.height) parts.push(`${file.width} × ${file.height}`);
  if (file.durationS !== null && file.type !== "image") parts.push(clockTime(file.durationS));
  return [...parts, `in ${file.library}`];
}
