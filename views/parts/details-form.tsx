// Saying something about a file, in a dialog or on a page of its own; and what its sidecars say beside what is known.

import type { FactSource } from "../../src/db/tables/media.ts";
import type { FactField } from "../../src/library/file-facts.ts";
import { fieldNames, sourceNames, stars, valueText } from "./fact-words.ts";
import { FormField } from "./form-field.tsx";

/** As the form shows and sends them. */
export type DetailTexts = Record<
  "title" | "description" | "rating" | "tags" | "people" | "capturedAt" | "gps",
  string
>;

export function DetailFields({ texts }: { texts: DetailTexts }) {
  return (
    <div class="stack details-form">
      {Object.entries(texts).map(([field, text]) => (
        <input type="hidden" name={`was.${field}`} value={text} />
      ))}
      <FormField name="title" label="Title" value={texts.title} maxlength={300} />
      <div class="field">
        <label for="description">Description</label>
        <textarea class="input" id="description" name="description" rows={4} maxlength={10_000}>
          {texts.description}
        </textarea>
      </div>
      <div class="field">
        <label for="rating">Rating</label>
        <select class="input" id="rating" name="rating">
          <option value="">None</option>
          {ratings.map((n) => (
            <option value={String(n)} selected={String(n) === texts.rating}>
              {`${stars(n)} ${n}`}
            </option>
          ))}
        </select>
      </div>
      <FormField
        name="tags"
        label="Tags"
        value={texts.tags}
        hint="With commas between them"
        autocomplete="off"
      />
      <FormField
        name="people"
        label="People"
        value={texts.people}
        hint="With commas between them"
        autocomplete="off"
      />
      <FormField
        name="capturedAt"
        label="Captured"
        value={texts.capturedAt}
        hint="2020-01-24 23:11:53 +01:00; without the last part the time zone is not known. Empty: as the file says"
        autocomplete="off"
      />
      <FormField
        name="gps"
        label="Place"
        value={texts.gps}
        hint="Latitude and longitude: 45.5, 10.6. Empty: as the file says"
        autocomplete="off"
      />
      <p class="hint">
        Sidecars and later looks at the file never change what you say here. The media file stays as it is.
      </p>
    </div>
  );
}

const ratings = [5, 4.5, 4, 3.5, 3, 2.5, 2, 1.5, 1, 0.5];

export interface DiffLine {
  field: FactField;
  now: unknown;
  says: unknown;
  saidBy: FactSource;
  willBe: unknown;
}

export function SidecarTable({ diff }: { diff: DiffLine[] }) {
  if (diff.length === 0) return null;
  return (
    <table class="table diff">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Now</th>
          <th scope="col">The sidecar says</th>
          <th scope="col">Will be</th>
        </tr>
      </thead>
      <tbody>
        {diff.map(({ field, now, says, saidBy, willBe }) => {
          const [before, after] = [valueText(field, now), valueText(field, willBe)];
          return (
            <tr>
              <th scope="row">{fieldNames[field]}</th>
              <td data-label="Now">{before}</td>
              <td data-label="The sidecar says">
                {valueText(field, says)} <small class="muted">{sourceNames[saidBy]}</small>
              </td>
              <td data-label="Will be">
                {before === after ? <span class="muted">as it is</span> : <b>{after}</b>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
