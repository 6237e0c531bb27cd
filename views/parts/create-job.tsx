// Asking for a job of a type: its parameters as a form or as JSON, how urgent, and when. In a dialog, or on a page.

import type { JobDraft } from "../../src/http/pages/job-draft.ts";
import { Icon } from "./icon.tsx";
import { type JobPreview, Preview } from "./job-preview.tsx";
import { Priority, Start, Vram } from "./job-urgency.tsx";
import { Close, type KindChoice, Needs } from "./kind-chooser.tsx";
import { SchemaForm, type SchemaFormProps } from "./schema-form.tsx";

type Url = (path: string) => string;

export interface JobFormProps {
  draft: JobDraft;
  kind: KindChoice;
  form: Omit<SchemaFormProps, "fields" | "values" | "errors">;
  preview: JobPreview;
  /** Where another type is chosen. */
  others: string;
  url: Url;
}

export function JobForm({ draft, kind, form, preview, others, url }: JobFormProps) {
  const at = url("/admin/jobs/new");
  return (
    <div class="create-job" id="create-job">
      <div class="create-head">
        <div>
          <h2>{`New job: ${kind.label}`}</h2>
          <p class="muted">{kind.description}.</p>
        </div>
        <Close url={url} />
      </div>
      <form
        id="create-form"
        method="post"
        action={at}
        hx-boost="true"
        hx-swap="none"
        hx-push-url="false"
        data-preview={url("/admin/jobs/new/preview")}
        novalidate
      >
        {/* Enter in a field means this one. */}
        <button type="submit" class="sr-only" tabindex={-1}>
          Enqueue
        </button>
        <input type="hidden" name="type" value={kind.name} />
        <input type="hidden" name="as" value={draft.as} />
        <input type="hidden" name="offset" value={draft.offset} data-offset />
        <div class="create-body">
          <div class="create-main">
            <div class="row">
              <Needs kind={kind} />
              <a href={url(others)} data-dialog>
                Another type
              </a>
              <Turn draft={draft} at={at} />
            </div>
            {draft.errors.whole ? (
              <p class="banner banner-bad" role="alert">
                {draft.errors.whole}
              </p>
            ) : null}
            {draft.as === "json" ? (
              <JsonField draft={draft} focus={form.focus === "json"} />
            ) : draft.fields.length === 0 ? (
              <p class="muted">It takes no parameters.</p>
            ) : (
              <div class="params">
                <SchemaForm fields={draft.fields} values={draft.params} errors={draft.errors} {...form} />
              </div>
            )}
          </div>
          <div class="create-side">
            <Priority value={draft.priority} />
            <Start draft={draft} />
            {kind.vramMb > 0 ? <Vram draft={draft} usual={kind.vramMb} /> : null}
            <div id="create-preview" class="create-preview" aria-live="polite">
              <Preview preview={preview} url={url} />
            </div>
          </div>
        </div>
        <div class="create-foot">
          <a class="btn" href={url("/admin/jobs")} data-close>
            Close
          </a>
          <button type="submit" class="btn btn-primary" autofocus={form.focus === undefined}>
            Enqueue
          </button>
        </div>
      </form>
    </div>
  );
}

/** The same parameters the other way. */
function Turn({ draft, at }: { draft: JobDraft; at: string }) {
  const to = draft.as === "form" ? "json" : "form";
  if (to === "form" && draft.fields.length === 0) return null;
  return (
    <button
      type="submit"
      class="btn btn-small turn"
      name="to"
      value={to}
      formmethod="get"
      formaction={at}
      formnovalidate
      data-turn
    >
      <Icon name={to === "json" ? "braces" : "sliders-horizontal"} />
      {to === "json" ? "As JSON" : "As a form"}
    </button>
  );
}

function JsonField({ draft, focus }: { draft: JobDraft; focus: boolean }) {
  const error = draft.errors.json;
  return (
    <div class="field">
      <label for="create-json">Parameters as JSON</label>
      <textarea
        class="input create-json"
        id="create-json"
        name="json"
        rows={9}
        spellcheck={false}
        autocapitalize="none"
        aria-invalid={error ? "true" : undefined}
        aria-describedby={error ? "create-json-error" : "create-json-hint"}
        autofocus={focus}
      >
        {draft.json}
      </textarea>
      {error ? (
        <p class="error" id="create-json-error" role="alert">
          {error}
        </p>
      ) : null}
      <p class="hint" id="create-json-hint">
        {draft.fields.length > 0
          ? `It takes ${draft.fields.map((f) => `${f.path.at(-1)}${f.required ? " (needed)" : ""}`).join(", ")}.`
          : "It takes parameters of any name."}
      </p>
    </div>
  );
}
