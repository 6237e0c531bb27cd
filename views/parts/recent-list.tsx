// The last few jobs that ended, and how long each took: what ran a moment ago does not just vanish.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { duration } from "../format.ts";
import { Icon } from "./icon.tsx";
import { statusIcons } from "./status.tsx";
import { When } from "./when.tsx";

export interface RecentLine {
  id: number;
  kindLabel: string;
  target: string;
  targetHref: string | null;
  status: "completed" | "not needed" | "failed";
  tookS: number | null;
  finishedAt: Date;
}

export function RecentList({ recent, url }: { recent: RecentLine[]; url: PageContext["url"] }) {
  return (
    <div id="recent">
      {recent.length === 0 ? (
        <p class="empty">Nothing has finished yet.</p>
      ) : (
        <ul class="recent">
          {recent.map((job) => (
            <li id={`recent-${job.id}`}>
              <span class={`outcome ${tones[job.status]}`} title={words[job.status]}>
                <Icon name={statusIcons[job.status]} />
                <span class="sr-only">{words[job.status]}</span>
              </span>
              <a
                class="truncate"
                href={url(`/admin/jobs/${job.id}`)}
                title={`${job.kindLabel}: ${job.target}`}
              >
                {job.kindLabel} <span class="muted">{job.target}</span>
              </a>
              <span class="num">{job.tookS === null ? "" : duration(job.tookS)}</span>
              <span class="num muted">
                <When at={job.finishedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const words = { completed: "Completed", "not needed": "Skipped, nothing to do", failed: "Failed" };
const tones = { completed: "good", "not needed": "muted", failed: "bad" };
