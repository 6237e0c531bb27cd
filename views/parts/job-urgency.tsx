// How urgent a job is, when it may start, and how much GPU memory is kept for it.

import type { JobDraft } from "../../src/http/pages/job-draft.ts";
import { number } from "../format.ts";

export function Priority({ value }: { value: number }) {
  return (
    <div class="field">
      <label for="create-priority">Priority</label>
      <span class="slider">
        <input
          type="range"
          id="create-priority"
          name="priority"
          min={1}
          max={10}
          step={1}
          value={String(value)}
          data-slider
          data-words={priorityWords.slice(1).join("|")}
          aria-describedby="create-priority-ends"
        />
        <output for="create-priority">{`${value}: ${priorityWords[value]}`}</output>
      </span>
      <p class="hint ends" id="create-priority-ends">
        <span>1 goes first</span>
        <span>10 goes last</span>
      </p>
    </div>
  );
}

const priorityWords = [
  "",
  "before everything",
  "very soon",
  "soon",
  "a little sooner",
  "as usual",
  "a little later",
  "later",
  "much later",
  "very late",
  "after everything",
];

export function Start({ draft }: { draft: JobDraft }) {
  const isAt = draft.runAt !== "";
  const error = draft.errors.runAt;
  return (
    <fieldset class="field">
      <legend class="label-text">Start</legend>
      <div class="segments">
        <label>
          <input type="radio" name="when" value="now" checked={!isAt} />
          In its turn
        </label>
        <label>
          <input type="radio" name="when" value="at" checked={isAt} />
          At a time
        </label>
      </div>
      <div class="start-at">
        <input
          class="input"
          type="datetime-local"
          name="runAt"
          value={draft.runAt}
          aria-label="Start at"
          aria-invalid={error ? "true" : undefined}
          aria-describedby={error ? "create-run-error" : undefined}
        />
        <p class="hint without-js">In the server's time zone.</p>
      </div>
      {error ? (
        <p class="error" id="create-run-error">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}

export function Vram({ draft, usual }: { draft: JobDraft; usual: number }) {
  const error = draft.errors.vramRequired;
  return (
    <div class="field">
      <label for="create-vram">GPU memory</label>
      <span class="row">
        <input
          class="input input-narrow"
          id="create-vram"
          type="number"
          name="vram"
          min={0}
          step={100}
          inputmode="numeric"
          value={draft.vram}
          placeholder={String(usual)}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={error ? "create-vram-error" : "create-vram-hint"}
        />
        <span class="muted">MB</span>
      </span>
      {error ? (
        <p class="error" id="create-vram-error">
          {error}
        </p>
      ) : null}
      <p class="hint" id="create-vram-hint">{`Usually ${number(usual)} MB are reserved while it runs.`}</p>
    </div>
  );
}
