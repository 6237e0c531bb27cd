// Adding a library and changing one. What removing means is said before the button.

import type { FileType, LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { typeNames } from "../parts/file-shot.tsx";
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
  /** Removed from the trash while their media stayed. */
  forgotten: number;
  /** What follows when a scan finds a file. */
  sets: { type: FileType; kinds: string[] }[];
}

export function LibrarySettingsPage(props: SettingsProps) {
  const { ctx, library, path, values, errors, error, recognises } = props;
  return (
    <Layout ctx={ctx} title={`Settings of ${library.name}`}>
      <header class="page-head">
        <div>
          <nav aria-label="Folders">
            <ol class="crumbs">
              <li>
                <a href={ctx.url(`/libraries/${library.id}`)}>{library.name}</a>
              </li>
            </ol>
          </nav>
          <h1>Library settings</h1>
        </div>
      </header>
      <div class="library-settings">
        <div class="card stack">
          <FormError message={error} />
          <form method="post" action={ctx.url(`/libraries/${library.id}/settings`)} class="stack">
            <FormField
              name="path"
              label="Folder"
              value={path}
              error={errors.path}
              hint="Changing it keeps what is known about the files: they are found again by their paths below the folder. A scan follows."
              required
            />
            <LibraryFormFields values={values} errors={errors} recognises={recognises} />
            <div class="row">
              <button class="btn btn-primary" type="submit">
                Save
              </button>
              <a class="btn btn-quiet" href={ctx.url(`/libraries/${library.id}`)}>
                Cancel
              </a>
            </div>
          </form>
        </div>
        <div class="stack">
          <SetsOff {...props} />
          <ForgottenFiles {...props} />
          <Removal {...props} />
        </div>
      </div>
    </Layout>
  );
}

function SetsOff({ sets, ctx, library }: SettingsProps) {
  return (
    <section class="card stack-tight" aria-labelledby="sets-off">
      <h2 id="sets-off">What a scan sets off</h2>
      <p class="muted">For each new or changed file, in this order; what is there already is left alone.</p>
      <dl class="facts">
        {sets.map(({ type, kinds }) => (
          <>
            <dt>{typeNames[type]}</dt>
            <dd>{kinds.join(", ")}</dd>
          </>
        ))}
      </dl>
      <p class="muted">
        A type that you tick is scanned for as soon as you save. Files of a type that you untick stay as they
        are; nobody looks for more of them.
      </p>
      <div class="row">
        <button
          class="btn btn-small"
          type="submit"
          form="act"
          formaction={ctx.url(`/libraries/${library.id}/scan`)}
        >
          <Icon name="refresh-cw" />
          Scan now
        </button>
      </div>
    </section>
  );
}

function ForgottenFiles({ ctx, library, forgotten }: SettingsProps) {
  if (forgotten === 0) return null;
  return (
    <section class="card stack-tight" aria-labelledby="forgotten">
      <h2 id="forgotten">Forgotten files</h2>
      <p>
        {counted(forgotten, "file")} {forgotten === 1 ? "was" : "were"} removed from the trash while the media
        stayed on the disk. Scans pass over {forgotten === 1 ? "it" : "them"}.
      </p>
      <div class="row">
        <a class="btn btn-small" href={ctx.url(`/libraries/${library.id}/forgotten`)}>
          Look at them
        </a>
      </div>
    </section>
  );
}

function Removal({ ctx, library, files }: SettingsProps) {
  return (
    <section class="card stack-tight danger-zone" aria-labelledby="remove">
      <h2 id="remove">Remove this library</h2>
      <p>
        Sprocket forgets its {counted(files, "file")} and deletes the thumbnails and other things it made from
        them. <b class="break">Your media in {library.path} is never deleted.</b>
      </p>
      <div class="row">
        <a class="btn btn-quiet-danger" href={ctx.url(`/libraries/${library.id}/remove`)} data-dialog>
          <Icon name="trash-2" />
          Remove library…
        </a>
      </div>
    </section>
  );
}
