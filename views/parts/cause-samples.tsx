// The newest jobs of a cause, with their files' pictures, and the way to all others.

import type { ShownCause } from "../../src/http/pages/cause-shown.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

export function CauseSamples({ cause: p, url }: { cause: ShownCause; url: PageContext["url"] }) {
  const more = p.count - p.samples.length;
  return (
    <ul class="samples" aria-label="The newest of them">
      {p.samples.map((sample) => (
        <li>
          <Shot picture={sample.fileId === null ? undefined : p.pictures[sample.fileId]} url={url} />
          <span class="truncate">
            {sample.fileId === null ? (
              sample.label || `Job ${sample.jobId}`
            ) : (
              <a href={url(`/files/${sample.fileId}`)} title={sample.label}>
                {sample.label}
              </a>
            )}
            <br />
            <small class="muted">
              <a href={url(`/admin/jobs/${sample.jobId}`)}>Job {sample.jobId}</a>
              {sample.failedAt ? (
                <>
                  {" · "}
                  <When at={sample.failedAt} />
                </>
              ) : null}
            </small>
          </span>
        </li>
      ))}
      {more > 0 && !p.isRetrying ? (
        <li>
          <a
            class="samples-more"
            href={url(
              `/admin/jobs?${new URLSearchParams({ status: "failed", q: `cause:${p.fingerprint}` })}`,
            )}
          >
            {`and ${number(more)} more`}
          </a>
        </li>
      ) : null}
    </ul>
  );
}

/** Sized before it loads. */
export function Shot({ picture, url }: { picture: string | null | undefined; url: PageContext["url"] }) {
  return picture ? (
    <img src={url(picture)} alt="" width={48} height={36} loading="lazy" decoding="async" />
  ) : (
    <span class="no-shot">
      <Icon name="triangle-alert" />
    </span>
  );
}
