// A job's log: it follows while the job runs, can be searched, copied and taken along whole. `log.js` makes it grow; a live
// update of the page leaves it alone.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";

export interface LogFacts {
  text: string;
  /** Where to go on asking. */
  next: number;
  /** Characters before `text` that only the whole log has. */
  earlier: number;
  attempts: number[];
  isLive: boolean;
}

interface LogPanelProps {
  jobId: number;
  log: LogFacts;
  url: PageContext["url"];
}

export function LogPanel({ jobId, log, url }: LogPanelProps) {
  const whole = url(`/admin/jobs/${jobId}/log`);
  const id = `log-${jobId}`;
  if (log.attempts.length === 0)
    return (
      <section class="log-panel" id={`${id}-none`}>
        <h3>Log</h3>
        <p class="muted">It has not run yet. What it logs shows here as it comes.</p>
      </section>
    );
  return (
    <section
      class="log-panel"
      // A new attempt is a new element.
      id={`${id}-panel-${log.attempts.length}`}
      hx-morph-skip
      data-log={url(`/api/media/jobs/${jobId}/log`)}
      data-next={log.next}
      data-live={log.isLive ? "" : undefined}
    >
      <header>
        <h3>Log</h3>
        <span class="log-state needs-js" data-log-state>
          {log.isLive ? "Follows live" : ""}
        </span>
        <Attempts attempts={log.attempts} whole={whole} />
        <LogTools jobId={jobId} isLive={log.isLive} whole={whole} />
      </header>
      {log.earlier > 0 ? (
        <p class="log-cut" data-log-cut>
          The end of it. <a href={whole}>The whole log</a>
        </p>
      ) : null}
      <div class="log-frame">
        <pre class="log" id={id} tabindex={0} role="log" aria-label={`Log of job ${jobId}`}>
          {log.text}
        </pre>
        <p class="log-none muted">{log.isLive ? "It has logged nothing so far." : "It logged nothing."}</p>
        <button type="button" class="btn btn-small log-new" data-log-new hidden />
      </div>
    </section>
  );
}

function LogTools({ jobId, isLive, whole }: { jobId: number; isLive: boolean; whole: string }) {
  const id = `log-${jobId}`;
  return (
    <div class="log-tools">
      <input
        type="search"
        class="input needs-js"
        placeholder="Find"
        aria-label={`Find in the log of job ${jobId}`}
        autocomplete="off"
        data-log-find
      />
      <span class="muted needs-js" data-log-hits aria-live="polite" />
      {isLive ? (
        <button type="button" class="btn btn-small needs-js" data-log-pause aria-pressed="false">
          <Icon name="pause" />
          <span>Pause</span>
        </button>
      ) : null}
      <button
        type="button"
        class="btn-icon needs-js"
        data-log-wrap
        aria-pressed="true"
        title="Wrap long lines"
        aria-label="Wrap long lines"
      >
        <Icon name="wrap-text" />
      </button>
      <button
        type="button"
        class="btn-icon needs-js"
        data-copy={`#${id}`}
        title="Copy the log"
        aria-label="Copy the log"
      >
        <Icon name="copy" />
      </button>
      <a
        class="btn-icon"
        href={`${whole}?download`}
        title="Download the whole log"
        aria-label="Download the whole log"
      >
        <Icon name="download" />
      </a>
    </div>
  );
}

/** The log has all of them in order; each can be looked at alone. */
function Attempts({ attempts, whole }: { attempts: number[]; whole: string }) {
  if (attempts.length < 2) return null;
  return (
    <nav class="log-attempts" aria-label="Logs of single attempts">
      <a href={whole} data-log-of aria-current="true">
        All
      </a>
      {attempts.slice(-6).map((n) => (
        <a href={`${whole}?attempt=${n}`} data-log-of={n} aria-label={`Log of attempt ${n}`}>
          {n}
        </a>
      ))}
    </nav>
  );
}
