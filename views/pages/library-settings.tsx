// Adding a library and changing one. What removing means is said before the button.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { FolderPicker, type PickedFolder } from "../parts/folder-picker.tsx";
import { FormError, FormField } from "../parts/form-field.tsx";
import { Icon } from "../parts/icon.tsx";
import { LibraryFormFields } from "../parts/library-form.tsx";
import { LibraryMakeForm, type LibraryMakeProps } from "../parts/library-make-form.tsx";

interface FolderProps {
  ctx: PageContext;
  folder: PickedFolder;
  offered: string[];
}

export function NewLibraryFolderPage({ ctx, folder, offered }: FolderProps) {
  return (
    <Layout ctx={ctx} title="Add library">
      <header class="page-head">
        <h1>Add library</h1>
      </header>
      <div class="card stack narrow">
        <p>
          Choose the folder that holds the media. Sprocket reads it and keeps what it makes in its own data
          folder.
        </p>
        <FolderPicker
          folder={folder}
          offered={offered}
          linkTo={(path) => ctx.url(`/libraries/new/folder?path=${encodeURIComponent(path)}`)}
        />
        <div class="row spread">
          <a class="btn btn-quiet" href={ctx.url("/")}>
            Cancel
          </a>
          {folder.readable && !folder.refusal ? (
            <a
              class="btn btn-primary"
              href={ctx.url(`/libraries/new/make?path=${encodeURIComponent(folder.path)}`)}
            >
              Use this folder
            </a>
          ) : (
            <span class="muted">Choose another folder to go on.</span>
          )}
        </div>
      </div>
    </Layout>
  );
}

export function NewLibraryMakePage({ ctx, form }: { ctx: PageContext; form: LibraryMakeProps }) {
  return (
    <Layout ctx={ctx} title="Add library">
      <header class="page-head">
        <h1>Add library</h1>
      </header>
      <div class="card stack narrow">
        <LibraryMakeForm
          {...form}
          action={ctx.url("/libraries/new/make")}
          back={ctx.url(`/libraries/new/folder?path=${encodeURIComponent(form.path)}`)}
          button="Add and scan"
        />
      </div>
    </Layout>
  );
}

interface SettingsProps extends LibraryMakeProps {
  ctx: PageContext;
  library: LibraryRow;
  files: number;
}

export function LibrarySettingsPage({
  ctx,
  library,
  files,
  path,
  values,
  errors,
  error,
  recognises,
}: SettingsProps) {
  return (
    <Layout ctx={ctx} title={`Settings of ${library.name}`}>
      <header class="page-head">
        <div>
          <ol class="crumbs">
            <li>
              <a href={ctx.url(`/libraries/${library.id}`)}>{library.name}</a>
            </li>
          </ol>
          <h1>Library settings</h1>
        </div>
      </header>
      <div class="stack narrow">
        <div class="card stack">
          <FormError message={error} />
          <form method="post" action={ctx.url(`/libraries/${library.id}/settings`)} class="stack">
            <FormField
              name="path"
              label="Folder"
              value={path}
              error={errors.path}
              hint="Changing it keeps what is known about the files: they are found again by their paths below the folder."
              required
            />
            <LibraryFormFields values={values} errors={errors} recognises={recognises} />
            <div class="row">
              <button class="btn btn-primary" type="submit">
                Save
              </button>
            </div>
          </form>
        </div>
        <section class="card stack-tight danger-zone" aria-labelledby="remove">
          <h2 id="remove">Remove this library</h2>
          <p>
            Sprocket forgets its {counted(files, "file")} and deletes the thumbnails and other things it made
            from them. <b>Your media in {library.path} is never deleted.</b>
          </p>
          <form method="post" action={ctx.url(`/libraries/${library.id}/remove`)} class="stack-tight">
            <label class="check">
              <input type="checkbox" name="sure" value="yes" required />
              Yes, forget this library
            </label>
            <div class="row">
              <button class="btn btn-quiet-danger" type="submit">
                <Icon name="trash-2" />
                Remove library
              </button>
            </div>
          </form>
        </section>
      </div>
    </Layout>
  );
}
