// Choosing a file, or some, by name or path. The choices are radio buttons (ticks where there may be several): the arrow
// keys go through them, and a plain form sends them.

import type { FoundFile } from "../../src/http/pages/job-file-search.ts";
import { clockTime } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";

interface FilePickerProps {
  name: string;
  label: string;
  hint: string;
  many: boolean;
  error: string | undefined;
  focus: boolean;
  chosen: FoundFile[];
  found: FoundFile[];
  /** What was typed to find them. */
  text: string;
  /** Answers `FileChoices` for other words. */
  at: string;
  url(path: string): string;
}

export function FilePicker({ name, label, hint, many, error, focus, at, ...choices }: FilePickerProps) {
  return (
    <fieldset class="file-picker" aria-describedby={error ? `${name}-error` : undefined}>
      <legend>{label}</legend>
      <div class="row">
        <input
          class="input grow"
          type="search"
          name={`find.${name}`}
          value={choices.text}
          placeholder="Name, path or id"
          aria-label={`Find ${label.toLowerCase()}`}
          aria-invalid={error ? "true" : undefined}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="search"
          autofocus={focus}
          data-find
          hx-get={at}
          hx-trigger="input changed delay:150ms"
          hx-target={`[data-choices="${name}"]`}
          hx-swap="innerHTML"
          hx-include={`[name="${name}"]:checked`}
        />
        <button type="submit" class="btn without-js" name="to" value="find" formmethod="get" formnovalidate>
          Find
        </button>
      </div>
      {hint ? <p class="hint">{hint}</p> : null}
      {error ? (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      ) : null}
      <div class="file-choices" data-choices={name}>
        <FileChoices name={name} many={many} {...choices} />
      </div>
    </fieldset>
  );
}

/** What is chosen stays on top whatever is sought next. */
export function FileChoices({
  name,
  many,
  chosen,
  found,
  text,
  url,
}: Pick<FilePickerProps, "name" | "many" | "chosen" | "found" | "text" | "url">) {
  const others = found.filter(({ id }) => !chosen.some((one) => one.id === id));
  return (
    <>
      {chosen.map((file) => (
        <Choice file={file} name={name} many={many} checked url={url} />
      ))}
      {others.map((file) => (
        <Choice file={file} name={name} many={many} url={url} />
      ))}
      {others.length === 0 ? (
        <p class="muted file-none">
          {text.trim() === ""
            ? chosen.length > 0
              ? ""
              : "There is no such file yet: scan a library first."
            : `Nothing else is found for “${text.trim()}”.`}
        </p>
      ) : null}
    </>
  );
}

function Choice({
  file,
  name,
  many,
  checked,
  url,
}: {
  file: FoundFile;
  name: string;
  many: boolean;
  checked?: boolean;
  url(path: string): string;
}) {
  return (
    <label class="file-choice">
      <input type={many ? "checkbox" : "radio"} name={name} value={file.id} checked={checked === true} />
      <span class="file-thumb">
        {file.picture ? (
          <img src={url(file.picture)} width={56} height={42} loading="lazy" decoding="async" alt="" />
        ) : (
          <Icon name={icons[file.type]} />
        )}
      </span>
      <span class="file-words">
        <b class="truncate">{file.name}</b>
        <small class="muted truncate">{factsOf(file)}</small>
      </span>
      {file.state === "ok" ? null : <span class="badge badge-failed">{file.state}</span>}
    </label>
  );
}

const icons: Record<FoundFile["type"], IconName> = { video: "film", image: "image", audio: "music" };

function factsOf({ library, path, name, durationS, width, height, type }: FoundFile): string {
  const folder = path.slice(0, Math.max(0, path.length - name.length - 1));
  return [
    folder ? `${library}/${folder}` : library,
    width && height ? `${width}×${height}` : "",
    durationS !== null && type !== "image" ? clockTime(durationS) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
