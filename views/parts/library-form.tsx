// What a library is for: the same fields on the first run, when one is added, and in its settings.

import type { Recognise } from "../../src/db/tables/library.ts";
import { number } from "../format.ts";
import type { FoundMedia } from "./folder-picker.tsx";
import { FormField } from "./form-field.tsx";

export interface LibraryFields {
  name: string;
  scan: { videos: boolean; images: boolean; audio: boolean };
  watch: boolean;
  nsfw: boolean;
  readOnly: boolean;
  recognise: Recognise;
}

/** Which recognition this build can do at all; what it cannot is not offered. */
export type Recognises = Partial<Record<keyof Recognise, boolean>>;

interface Props {
  values: LibraryFields;
  errors: Record<string, string>;
  recognises: Recognises;
  /** What lies in the folder that was chosen. */
  found?: FoundMedia | null;
}

export function LibraryFormFields({ values, errors, recognises, found }: Props) {
  const offered = recogniseChoices.filter(({ key }) => recognises[key]);
  return (
    <>
      <FormField name="name" label="Name" value={values.name} error={errors.name} required maxlength={100} />
      <fieldset class="choices">
        <legend>Look for</legend>
        <Choice
          name="videos"
          checked={values.scan.videos}
          label="Videos"
          hint="Posters, facts, sound waves."
          found={foundWords(found, "video")}
        />
        <Choice
          name="images"
          checked={values.scan.images}
          label="Pictures"
          hint="Thumbnails, previews, capture dates, places."
          found={foundWords(found, "image")}
        />
        <Choice
          name="audio"
          checked={values.scan.audio}
          label="Audio"
          hint="Durations, sound waves."
          found={foundWords(found, "audio")}
        />
        {errors.scan ? <p class="error">{errors.scan}</p> : null}
      </fieldset>
      <fieldset class="choices">
        <legend>How</legend>
        <Choice
          name="watch"
          checked={values.watch}
          label="Watch for changes"
          hint="New files are picked up within seconds. Without it, by the scheduled scan or by hand."
        />
        <Choice
          name="readOnly"
          checked={values.readOnly}
          label="Read-only"
          hint="No uploads and no finished films go into this folder. Sprocket never changes your files in any case."
        />
        <Choice
          name="nsfw"
          checked={values.nsfw}
          label="Not safe for work"
          hint="Left out of lists while such content is hidden in the settings."
        />
      </fieldset>
      {offered.length > 0 ? (
        <fieldset class="choices">
          <legend>Recognise</legend>
          {offered.map(({ key, label, hint }) => (
            <Choice name={`recognise.${key}`} checked={values.recognise[key]} label={label} hint={hint} />
          ))}
        </fieldset>
      ) : null}
    </>
  );
}

const recogniseChoices: { key: keyof Recognise; label: string; hint: string }[] = [
  { key: "objects", label: "Objects", hint: "What is in pictures and videos. Needs a model and some time." },
  { key: "faces", label: "Faces", hint: "Groups people. Stays on this machine." },
  { key: "audio", label: "Sounds", hint: "Music, speech, animals, alarms." },
  { key: "transcribe", label: "Speech", hint: "Writes down what is said. The slowest of all." },
];

/** `1,204 found`, `none found`. */
function foundWords(found: FoundMedia | null | undefined, type: keyof FoundMedia["counts"]): string | null {
  if (!found) return null;
  const n = found.counts[type];
  if (found.isCut) return n > 0 ? `more than ${number(n)} found` : null;
  return n > 0 ? `${number(n)} found` : "none found";
}

function Choice({
  name,
  checked,
  label,
  hint,
  found,
}: {
  name: string;
  checked: boolean;
  label: string;
  hint: string;
  found?: string | null;
}) {
  return (
    <label class="choice">
      <input type="checkbox" name={name} value="on" checked={checked} />
      <span>
        <b>{label}</b> {found ? <span class="badge">{found}</span> : null}
        <small class="muted">{hint}</small>
      </span>
    </label>
  );
}
