// The form for one window of quiet hours, in a dialog or on a page of its own.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { QuietWindow } from "../../src/settings/yield.ts";
import { Layout } from "../layout.tsx";
import { FormError } from "./form-field.tsx";
import { categoryNames, dayNames } from "./quiet-words.ts";

export interface WindowFormProps {
  /** `new`, or its place in the list. */
  at: string;
  window: Partial<QuietWindow>;
  /** What it was when the form was made: somebody else may have changed it since. */
  was: unknown;
  queues: string[];
  error?: string | undefined;
  url: PageContext["url"];
}

export function WindowForm({ at, window: w, was, queues, error, url }: WindowFormProps) {
  const name = (part: string) => `quietHours.0.${part}`;
  return (
    <form
      method="post"
      action={url(`/admin/settings/quiet-hours/${at}`)}
      class="stack entry-form"
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
      data-closes-when-done
    >
      <h2>{at === "new" ? "Add quiet hours" : "Change quiet hours"}</h2>
      <div id="entry-error">
        <FormError message={error} />
      </div>
      {was === null ? null : <input type="hidden" name="was" value={JSON.stringify(was)} />}
      <div class="row">
        <label class="field">
          <span class="label-text">From</span>
          <input class="input" type="time" name={name("from")} value={w.from} required autofocus />
        </label>
        <label class="field">
          <span class="label-text">To</span>
          <input class="input" type="time" name={name("to")} value={w.to} required />
        </label>
        <label class="field grow">
          <span class="label-text">Name</span>
          <input class="input" name={name("name")} value={w.name} maxlength={60} placeholder="Night" />
        </label>
      </div>
      <p class="hint">{`By the server's clock, time zone ${zone()}. A container takes it from TZ.`}</p>
      <fieldset>
        <legend class="label-text">Days on which they begin</legend>
        <div class="row ticks">
          {dayNames.map((label, row) => (
            <Tick
              name={name("days")}
              value={String((row + 1) % 7)}
              on={w.days?.includes((row + 1) % 7)}
              label={label}
            />
          ))}
        </div>
        <p class="hint">None ticked is every day. An end before the beginning is the next morning.</p>
      </fieldset>
      <fieldset>
        <legend class="label-text">Work that rests</legend>
        <div class="row ticks">
          {Object.entries(categoryNames).map(([category, label]) => (
            <Tick
              name={name("what")}
              value={`category:${category}`}
              on={w.categories?.includes(category as "cpu")}
              label={`All ${label}`}
            />
          ))}
        </div>
        <details class="by-kind" open={Boolean(w.queues?.length)}>
          <summary>Single queues</summary>
          <div class="ticks queues">
            {queues.map((queue) => (
              <Tick
                name={name("what")}
                value={`queue:${queue}`}
                on={w.queues?.includes(queue)}
                label={queue}
              />
            ))}
          </div>
        </details>
        <p class="hint">None ticked is all work.</p>
      </fieldset>
      <label class="field">
        <span class="label-text">What runs already</span>
        <select class="select" name={name("mode")}>
          <option value="">As set for all yielding</option>
          <option value="freeze" selected={w.mode === "freeze"}>
            Stands still
          </option>
          <option value="drain" selected={w.mode === "drain"}>
            Runs to its end
          </option>
        </select>
      </label>
      <div class="row end">
        <a class="btn" href={url("/admin/settings#quietHours")} data-close>
          Keep as is
        </a>
        <button type="submit" class="btn btn-primary">
          {at === "new" ? "Add" : "Save"}
        </button>
      </div>
    </form>
  );
}

export function WindowPage({ ctx, ...props }: { ctx: PageContext } & Omit<WindowFormProps, "url">) {
  return (
    <Layout ctx={ctx} title="Quiet hours">
      <h1 class="sr-only">Quiet hours</h1>
      <div class="card narrow">
        <WindowForm {...props} url={ctx.url} />
      </div>
    </Layout>
  );
}

function Tick(p: { name: string; value: string; on: boolean | undefined; label: string }) {
  return (
    <label class="check">
      <input type="checkbox" name={p.name} value={p.value} checked={p.on ?? false} />
      {p.label}
    </label>
  );
}

/** The one that quiet hours go by. */
function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
