// Rows of a setting that is a list: quiet hours and media servers. What there is, and one empty row to add another; emptied
// or ticked to be removed, a row goes with the next Save.

import type { SettingView } from "../../src/settings/settings.ts";
import type { PlaybackServer, QuietWindow } from "../../src/settings/yield.ts";
import type { PlaybackServerState } from "../../src/yielding/yielding.ts";

type Field = SettingView["fields"][number];

/** In the order of the week; 0 is Sunday. */
const days = [
  [1, "Mon"],
  [2, "Tue"],
  [3, "Wed"],
  [4, "Thu"],
  [5, "Fri"],
  [6, "Sat"],
  [0, "Sun"],
] as const;
const categories = { cpu: "All on the CPU", gpu_encode: "All GPU encoding", gpu_ai: "All GPU recognition" };

export function Windows({ field, value, queues }: { field: Field; value: QuietWindow[]; queues: string[] }) {
  const rows: Partial<QuietWindow>[] = [...value, {}];
  return (
    <fieldset class="stack-tight">
      <legend class="list-name">{field.label}</legend>
      {rows.map((window, i) => (
        <WindowRow
          at={`${field.part}.${i}`}
          title={i < value.length ? `Quiet hours ${i + 1}` : "More quiet hours"}
          window={window}
          queues={queues}
          isNew={i === value.length}
        />
      ))}
    </fieldset>
  );
}

function WindowRow({
  at,
  title,
  window,
  queues,
  isNew,
}: {
  at: string;
  title: string;
  window: Partial<QuietWindow>;
  queues: string[];
  isNew: boolean;
}) {
  const { days: on, queues: some, categories: kinds, mode, name } = window;
  const hasMore = [on, some, kinds].some((list) => list?.length) || mode || name;
  const isChosen = (list: readonly string[] | undefined, name: string) => list?.includes(name) ?? false;
  return (
    <fieldset class="stack-tight">
      <legend class="muted">{title}</legend>
      <div class="row">
        <input
          class="input input-narrow"
          type="time"
          name={`${at}.from`}
          value={window.from}
          aria-label="From"
        />
        to
        <input class="input input-narrow" type="time" name={`${at}.to`} value={window.to} aria-label="To" />
      </div>
      <details open={Boolean(hasMore)}>
        <summary class="btn btn-small btn-quiet">Days, work and name</summary>
        <div class="stack-tight">
          <div class="row">
            {days.map(([day, label]) => (
              <label class="check">
                <input
                  type="checkbox"
                  name={`${at}.days`}
                  value={String(day)}
                  checked={window.days?.includes(day) ?? false}
                />
                {label}
              </label>
            ))}
          </div>
          <p class="muted">The days on which it begins; none is every day.</p>
          <select
            class="select"
            multiple
            size={5}
            name={`${at}.what`}
            aria-label="Work that rests; none is all"
          >
            {Object.entries(categories).map(([name, label]) => (
              <option value={`category:${name}`} selected={isChosen(window.categories, name)}>
                {label}
              </option>
            ))}
            {queues.map((name) => (
              <option value={`queue:${name}`} selected={isChosen(window.queues, name)}>
                {name}
              </option>
            ))}
          </select>
          <p class="muted">The work that rests; none chosen is all.</p>
          <select class="select" name={`${at}.mode`} aria-label="What runs already">
            <option value="">What runs already: as below</option>
            <option value="freeze" selected={window.mode === "freeze"}>
              Stands still
            </option>
            <option value="drain" selected={window.mode === "drain"}>
              Runs to its end
            </option>
          </select>
          <input
            class="input"
            name={`${at}.name`}
            value={window.name}
            maxlength={60}
            placeholder="Name"
            aria-label="Name"
          />
        </div>
      </details>
      {isNew ? null : <Remove at={at} />}
    </fieldset>
  );
}

export function Servers({
  field,
  value,
  states,
}: {
  field: Field;
  value: PlaybackServer[];
  /** What each said last, in the same order. */
  states: PlaybackServerState[];
}) {
  const rows: Partial<PlaybackServer>[] = [...value, {}];
  return (
    <fieldset class="stack-tight">
      <legend class="list-name">{field.label}</legend>
      {rows.map((server, i) => (
        <ServerRow
          at={`${field.part}.${i}`}
          index={i}
          title={i < value.length ? `Media server ${i + 1}` : "Another media server"}
          server={server}
          state={states[i]}
          isNew={i === value.length}
        />
      ))}
    </fieldset>
  );
}

function ServerRow({
  at,
  index,
  title,
  server,
  state,
  isNew,
}: {
  at: string;
  index: number;
  title: string;
  server: Partial<PlaybackServer>;
  state: PlaybackServerState | undefined;
  isNew: boolean;
}) {
  return (
    <fieldset class="stack-tight">
      <legend class="muted">{title}</legend>
      <div class="row">
        <select class="select" name={`${at}.type`} aria-label="Kind of server">
          {(["jellyfin", "emby", "plex"] as const).map((type) => (
            <option value={type} selected={server.type === type}>
              {{ jellyfin: "Jellyfin", emby: "Emby", plex: "Plex" }[type]}
            </option>
          ))}
        </select>
        <input
          class="input grow"
          name={`${at}.name`}
          value={server.name}
          maxlength={60}
          placeholder="Name"
          aria-label="Name"
        />
      </div>
      <input
        class="input"
        type="url"
        name={`${at}.url`}
        value={server.url}
        placeholder="http://192.168.1.10:8096"
        aria-label="Address"
      />
      <input
        class="input"
        type="password"
        name={`${at}.token`}
        placeholder={isNew ? "API key or X-Plex-Token" : "•••••••• kept unless you type another"}
        aria-label="API key or token"
        autocomplete="off"
      />
      {state && !isNew ? <p class={state.ok ? "muted" : "error"}>{`${state.detail}.`}</p> : null}
      <div class="row">
        <button type="submit" class="btn btn-small" name="test" value={String(index)} formnovalidate>
          Test
        </button>
        {isNew ? null : <Remove at={at} />}
      </div>
    </fieldset>
  );
}

function Remove({ at }: { at: string }) {
  return (
    <label class="check">
      <input type="checkbox" name={`${at}.remove`} value="on" />
      Remove
    </label>
  );
}
