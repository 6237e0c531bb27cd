// "For how long?" and whether what runs stands still meanwhile: the inside of every form that pauses something.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PauseChoice } from "../../src/http/pages/pause-form.ts";
import { Layout } from "../layout.tsx";

export function PauseChoices({ choices, freeze }: { choices: PauseChoice[]; freeze?: boolean }) {
  return (
    <fieldset class="stack-tight">
      <legend class="label-text">Pause for how long?</legend>
      {/* Enter in a field presses a form's first button: this one asks for what was typed there. */}
      <button type="submit" name="until" value="other" class="sr-only" tabindex={-1}>
        Pause for another length
      </button>
      {freeze ? <WhatRuns /> : null}
      <div class="pause-lengths">
        {choices.map((choice) => (
          <button type="submit" class="btn" name="until" value={choice.value}>
            {choice.label}
          </button>
        ))}
      </div>
      <div class="pause-other">
        <label class="field">
          <span class="label-text">Other</span>
          <input
            class="input"
            name="other"
            autocomplete="off"
            placeholder="2 h 30 min, or 22:30"
            aria-label="Another length or time"
          />
        </label>
        <button type="submit" class="btn" name="until" value="other">
          Pause
        </button>
      </div>
    </fieldset>
  );
}

function WhatRuns() {
  return (
    <fieldset class="segments" aria-label="What runs now">
      <label>
        <input type="radio" name="mode" value="drain" checked />
        Let what runs end
      </label>
      <label>
        <input type="radio" name="mode" value="freeze" />
        Freeze it
      </label>
    </fieldset>
  );
}

export interface PauseAsk {
  title: string;
  line: string;
  action: string;
  choices: PauseChoice[];
  freeze: boolean;
}

/** In a dialog, or on a page of its own. */
export function PauseForm({ ask, url }: { ask: PauseAsk; url: PageContext["url"] }) {
  return (
    <form
      method="post"
      action={url(ask.action)}
      class="confirm"
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
      data-closes-when-done
    >
      <h2>{ask.title}</h2>
      <p>{ask.line}</p>
      <PauseChoices choices={ask.choices} freeze={ask.freeze} />
      <div class="row">
        <a class="btn btn-quiet" href={url("/admin/jobs")} data-close>
          Keep as is
        </a>
      </div>
    </form>
  );
}

export function PausePage({ ctx, ask }: { ctx: PageContext; ask: PauseAsk }) {
  return (
    <Layout ctx={ctx} title={ask.title}>
      <h1 class="sr-only">{ask.title}</h1>
      <div class="card narrow">
        <PauseForm ask={ask} url={ctx.url} />
      </div>
    </Layout>
  );
}
