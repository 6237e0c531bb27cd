// The last step of adding a library: what to make of the folder that was chosen. The first run and the libraries' own
// pages differ in where it leads and what its button says.

import type { FoundMedia } from "./folder-picker.tsx";
import { FormError } from "./form-field.tsx";
import { Icon } from "./icon.tsx";
import { type LibraryFields, LibraryFormFields, type Recognises } from "./library-form.tsx";

export interface LibraryMakeProps {
  path: string;
  values: LibraryFields;
  errors: Record<string, string>;
  error?: string;
  recognises: Recognises;
  found?: FoundMedia | null;
}

interface Props extends LibraryMakeProps {
  action: string;
  /** To choose another folder. */
  back: string;
  button: unknown;
  hint?: string;
}

export function LibraryMakeForm({
  path,
  values,
  errors,
  error,
  recognises,
  found,
  action,
  back,
  button,
  hint,
}: Props) {
  return (
    <>
      <p>
        From <code class="break">{path}</code>
      </p>
      <FormError message={error} />
      <form method="post" action={action} class="stack">
        <input type="hidden" name="path" value={path} />
        <LibraryFormFields values={values} errors={errors} recognises={recognises} found={found} />
        {hint ? <p class="muted">{hint}</p> : null}
        <div class="row spread make-end">
          <button class="btn btn-primary" type="submit">
            {button}
          </button>
          {/* With all that was filled in, so that nothing is lost on the way back. */}
          <button
            class="btn btn-quiet"
            type="submit"
            name="kept"
            value="1"
            formaction={back}
            formmethod="get"
            formnovalidate
          >
            <Icon name="arrow-left" />
            Another folder
          </button>
        </div>
      </form>
    </>
  );
}
