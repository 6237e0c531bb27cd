// Files of a library that were removed from the trash while their media stayed: scans pass over them until somebody brings
// them back.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Forgotten } from "../../src/library/forgotten.ts";
import { bytes, counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { NewerOlder } from "../parts/pager.tsx";
import { When } from "../parts/when.tsx";

export interface ForgottenProps {
  ctx: PageContext;
  library: LibraryRow;
  files: Forgotten[];
  total: number;
  page: number;
  pages: number;
}

export function ForgottenPage({ ctx, library, files, total, page, pages }: ForgottenProps) {
  const place = ctx.url(`/libraries/${library.id}/forgotten`);
  const at = (to: number) => `${place}${to > 1 ? `?page=${to}` : ""}`;
  return (
    <Layout ctx={ctx} title={`Forgotten files of ${library.name}`}>
      <header class="page-head">
        <div>
          <nav aria-label="Where this is">
            <ol class="crumbs">
              <li>
                <a href={ctx.url(`/libraries/${library.id}`)}>{library.name}</a>
              </li>
            </ol>
          </nav>
          <h1>Forgotten files</h1>
          <p>
            They were removed from the trash for good while their media stayed on the disk. Scans pass over
            them until they change, or until you bring them back.
          </p>
        </div>
      </header>
      {total === 0 ? (
        <div class="empty card">
          <b>No file is forgotten.</b>
        </div>
      ) : (
        <form method="post" action={place} class="card flush">
          <div class="trash-bar">
            <span class="muted">{counted(total, "file")}</span>
            <span class="row">
              <button class="btn btn-small" type="submit">
                <Icon name="rotate-ccw" />
                Bring back
              </button>
              <button class="btn btn-small" type="submit" name="all" value="1">
                Bring all back
              </button>
            </span>
          </div>
          <ul class="trash-list forgotten-list">
            {files.map((one) => (
              <li>
                <label class="check trash-tick">
                  <input type="checkbox" name="path" value={one.path} aria-label={one.path} />
                </label>
                <span class="break">{one.path}</span>
                <span class="trash-when">
                  <span>{bytes(one.sizeBytes)}</span>
                  <small class="muted">
                    forgotten <When at={one.forgottenAt} />
                  </small>
                </span>
              </li>
            ))}
          </ul>
          {pages > 1 ? (
            <nav class="pager" aria-label="Pages of forgotten files">
              <span>{`Page ${page} of ${pages}`}</span>
              <NewerOlder newer={page > 1 ? at(page - 1) : null} older={page < pages ? at(page + 1) : null} />
            </nav>
          ) : null}
        </form>
      )}
    </Layout>
  );
}
