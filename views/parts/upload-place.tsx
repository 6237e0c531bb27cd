// Where files come into a library from its page: dropped, chosen, or by a plain form where there are no scripts. What happens
// with each is shown by static/js/upload.js, which fills in the row that stands here as a template.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";

interface Props {
  ctx: Pick<PageContext, "url">;
  library: LibraryRow;
  /** Where they go: that of the page. */
  folder: string;
  /** Extensions of media that the library is scanned for: `.jpg`. */
  accepts: string;
}

export function UploadPlace({ ctx, library, folder, accepts }: Props) {
  const place = folder ? `${library.name}, ${folder}` : library.name;
  const action = ctx.url(`/libraries/${library.id}/upload?folder=${encodeURIComponent(folder)}`);
  return (
    <section
      id="upload"
      class="upload"
      aria-label="Upload"
      data-endpoint={ctx.url(`/api/libraries/${library.id}/uploads`)}
      data-folder={folder}
      data-accepts={accepts}
    >
      <form class="row without-js" method="post" enctype="multipart/form-data" action={action}>
        <label for="upload-one">A file for {place}</label>
        <input id="upload-one" type="file" name="file" accept={accepts} required />
        <button class="btn" type="submit">
          Upload
        </button>
      </form>
      <input id="upload-files" type="file" multiple hidden accept={accepts} aria-label="Files to upload" />
      <div class="upload-drop" hidden>
        <p>
          <Icon name="upload" />
          Drop to upload into {place}
        </p>
      </div>
      <div class="card flush upload-card" hidden>
        <header>
          <div>
            <b data-upload-title role="status" />
            <small class="muted" data-upload-rest />
          </div>
          <span class="row">
            <a class="btn btn-small" href={ctx.url(`/libraries/${library.id}`)} data-upload-show hidden>
              Show them
            </a>
            <button type="button" class="btn btn-small" data-upload-all="pause">
              <Icon name="pause" />
              Pause all
            </button>
            <button type="button" class="btn btn-small" data-upload-all="resume" hidden>
              <Icon name="play" />
              Go on
            </button>
            <button type="button" class="btn btn-small btn-quiet" data-upload-all="cancel">
              <Icon name="x" />
              Cancel all
            </button>
            <button type="button" class="btn btn-small btn-quiet" data-upload-all="close" hidden>
              Close
            </button>
          </span>
          <progress max="100" value="0" aria-label="All uploads" data-upload-sum />
        </header>
        <ul class="upload-list" />
      </div>
      <template id="upload-row">
        <li>
          <span class="break" data-name />
          <small class="muted" data-state />
          <span class="upload-acts">
            <button
              type="button"
              class="btn btn-small btn-quiet btn-icon"
              data-act="pause"
              title="Pause"
              aria-label="Pause"
            >
              <Icon name="pause" />
            </button>
            <button
              type="button"
              class="btn btn-small btn-quiet btn-icon"
              data-act="resume"
              title="Go on"
              aria-label="Go on"
              hidden
            >
              <Icon name="play" />
            </button>
            <button
              type="button"
              class="btn btn-small btn-quiet btn-icon"
              data-act="cancel"
              title="Cancel"
              aria-label="Cancel"
            >
              <Icon name="x" />
            </button>
          </span>
          <progress max="100" value="0" />
        </li>
      </template>
    </section>
  );
}

/** What opens the choice of files, and makes a folder: among the acts of the page. */
export function UploadButtons({ ctx, library, folder }: Omit<Props, "accepts">) {
  return (
    <>
      <button type="button" class="btn needs-js" id="upload-button">
        <Icon name="upload" />
        Upload
      </button>
      <a
        class="btn"
        href={ctx.url(`/libraries/${library.id}/folders/new?folder=${encodeURIComponent(folder)}`)}
        data-dialog
      >
        <Icon name="plus" />
        New folder
      </a>
    </>
  );
}
