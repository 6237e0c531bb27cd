// Media servers that playback is asked of: each with what it said last.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PlaybackServer } from "../../src/settings/yield.ts";
import type { PlaybackServerState } from "../../src/yielding/yielding.ts";
import { EntryActs } from "./entry-acts.tsx";
import { Icon } from "./icon.tsx";
import { typeNames } from "./server-form.tsx";

type Url = PageContext["url"];

interface Props {
  servers: PlaybackServer[];
  /** What each said last, in the same order. */
  states: PlaybackServerState[];
  url: Url;
}

export function MediaServers({ servers, states, url }: Props) {
  return (
    <>
      {servers.length === 0 ? <p class="effect">None: only players in Sprocket count.</p> : null}
      <ul class="entries">
        {servers.map((server, index) => (
          <li>
            <span>
              <b>{server.name || typeNames[server.type]}</b>
              <State state={states[index]} />
              <small class="muted break">
                {[typeNames[server.type], server.url, states[index]?.detail].filter(Boolean).join(" · ")}
              </small>
            </span>
            <button
              type="submit"
              class="btn btn-small"
              form="act"
              formaction={url(`/admin/settings/media-servers/${index}/test`)}
              aria-label={`Test ${server.name || typeNames[server.type]}`}
            >
              Test
            </button>
            <EntryActs
              at={`/admin/settings/media-servers/${index}`}
              of={server}
              name={server.name || typeNames[server.type]}
              url={url}
            />
          </li>
        ))}
      </ul>
      <a class="btn btn-small" href={url("/admin/settings/media-servers/new")} data-dialog>
        <Icon name="plus" />
        Add a media server
      </a>
    </>
  );
}

function State({ state }: { state: PlaybackServerState | undefined }) {
  if (!state) return null;
  const isFault = !state.ok && state.detail !== "Not asked yet";
  return (
    <span class={isFault ? "badge badge-failed" : state.ok ? "badge badge-completed" : "badge"}>
      <Icon name={isFault ? "triangle-alert" : state.ok ? "circle-check" : "hourglass"} />
      {isFault ? "does not answer" : state.ok ? "answers" : "not asked yet"}
    </span>
  );
}
