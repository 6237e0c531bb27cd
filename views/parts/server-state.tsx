// What holds the server back now and what needs a look, above everything else: who paused it and until when, what it
// yields to, runs that show no sign of life. Empty while all is well.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { When } from "./when.tsx";

export interface ServerState {
  pause: { by: string | null; until: Date | null; untilPlaybackEnds: boolean; isFrozen: boolean } | null;
  holds: {
    code: "window" | "load" | "disk" | "playback" | "import";
    text: string;
    until: Date | null;
    /** What runs stands still; otherwise it may end, and nothing new of it starts. */
    isFrozen: boolean;
    /** Null: all of them. */
    queues: string[] | null;
  }[];
  stuck: number;
}

export function ServerStrip({ state, url }: { state: ServerState; url: PageContext["url"] }) {
  const { pause, holds, stuck } = state;
  return (
    <section id="server-state" aria-label="State of the server">
      {pause ? (
        <div class="banner banner-warn" id="all-paused">
          <Icon name="pause" />
          <p>
            <b>{`Everything is paused${pause.by ? ` by ${pause.by}` : ""}, `}</b>
            {pause.until ? (
              <>
                {"and resumes "}
                <When at={pause.until} />
              </>
            ) : pause.untilPlaybackEnds ? (
              "until playback ends"
            ) : (
              "until somebody resumes it"
            )}
            {pause.isFrozen
              ? ". What ran stands still where it was."
              : ". What runs goes on to its end; nothing new starts."}
          </p>
          <button
            type="submit"
            class="btn"
            form="act"
            formaction={url("/admin/jobs/resume-all")}
            aria-label="Resume everything"
          >
            <Icon name="play" />
            Resume
          </button>
        </div>
      ) : null}
      {stuck > 0 ? (
        <div class="banner banner-bad">
          <Icon name="triangle-alert" />
          <p>
            {`${counted(stuck, "running job shows", "running jobs show")} no sign of life. `}
            <a href={url("/admin/jobs?q=is%3Astuck")}>Show {stuck === 1 ? "it" : "them"}</a>
          </p>
          <a class="btn" href={url("/admin/jobs/clear-stuck")} data-dialog>
            <Icon name="skull" />
            Clear stuck
          </a>
        </div>
      ) : null}
      {holds.map(({ code, text, until, isFrozen, queues }) => (
        <div class={code === "disk" ? "banner banner-bad" : "banner banner-note"}>
          <Icon name={icons[code]} />
          <p>
            {`${text}: `}
            {effect(queues, isFrozen)}
            {"."}
            {until ? (
              <>
                {" It ends "}
                <When at={until} />.
              </>
            ) : null}
          </p>
        </div>
      ))}
    </section>
  );
}

const icons: Record<ServerState["holds"][number]["code"], IconName> = {
  window: "moon",
  load: "cpu",
  disk: "hard-drive",
  playback: "video",
  import: "upload",
};

/** `transcode stands still`, `nothing new starts in transcode and 3 other queues`. */
function effect(queues: string[] | null, isFrozen: boolean): string {
  if (queues === null) return isFrozen ? "all work stands still" : "nothing new starts";
  const [first, second, ...others] = queues;
  const names =
    others.length > 1
      ? `${first}, ${second} and ${number(others.length)} other queues`
      : queues.length === 1
        ? first!
        : `${queues.slice(0, -1).join(", ")} and ${queues.at(-1)}`;
  if (!isFrozen) return `nothing new starts in ${names}`;
  return `${names} ${queues.length === 1 ? "stands" : "stand"} still`;
}
