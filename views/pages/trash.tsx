// The trash of all libraries: what lies in it, from where, since when, and when it goes.

import type { FileRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { TrashSum } from "../../src/library/trash-list.ts";
import { bytes, counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { NewerOlder } from "../parts/pager.tsx";
import { When } from "../parts/when.tsx";

export interface TrashProps {
  ctx: PageContext;
  files: { row: FileRow; library: string; readOnly: boolean }[];
  /** Of every library that has something here. */
  sums: TrashSum[];
  /** Only of this one. */
  libraryId: number | null;
  page: number;
  pages: number;
  rule: { days: number; deleteMedia: boolean };
}

export function TrashPage(props: TrashProps) {
  const { ctx, sums, libraryId, files, rule } = props;
  const shown = libraryId === null ? sums : sums.filter((one) => one.libraryId === libraryId);
  const total = shown.reduce((n, one) => n + one.files, 0);
  const size = shown.reduce((n, one) => n + one.sizeBytes, 0);
  return (
    <Layout ctx={ctx} title="Trash" scripts={["trash.js"]} wide>
      <header class="page-head">
        <div>
          <h1>Trash</h1>
          <p>{total === 0 ? "Empty" : `${counted(total, "file")} · ${bytes(size)}`}</p>
        </div>
        {total > 0 ? (
          <a
            class="btn btn-quiet-danger"
            href={ctx.url(`/trash/empty${libraryId ? `?library=${libraryId}` : ""}`)}
            data-dialog
          >
            <Icon name="trash-2" />
            Empty…
          </a>
        ) : null}
      </header>
      <Rule ctx={ctx} rule={rule} sums={shown} />
      {sums.length > 1 ? <Libraries {...props} /> : null}
      {files.length === 0 ? (
        <Nothing ctx={ctx} isNarrowed={libraryId !== null && sums.length > 0} />
      ) : (
        <Files {...props} />
      )}
    </Layout>
  );
}

/** What becomes of it by itself, and of the media. */
function Rule({ ctx, rule, sums }: Pick<TrashProps, "ctx" | "rule" | "sums">) {
  const { days, deleteMedia } = rule;
  const spared = sums.filter((one) => one.readOnly).map((one) => one.library);
  const isDeleting = deleteMedia && (sums.length === 0 || spared.length < sums.length);
  return (
    <p class={`banner trash-rule ${isDeleting && days > 0 ? "banner-warn" : ""}`}>
      <Icon name={isDeleting ? "triangle-alert" : "info"} />
      <span>
        {days === 0
          ? "Nothing leaves the trash by itself. "
          : `After ${counted(days, "day")} files leave the trash for good. `}
        {isDeleting
          ? `Their media files are deleted from the disk${spared.length > 0 ? `, but not in ${spared.join(", ")}: read-only` : ""}. `
          : "Their media files stay on the disk; only what Sprocket made of them goes. "}
        <a href={ctx.url("/admin/settings#trash")}>Change</a>
      </span>
    </p>
  );
}

function Libraries({ ctx, sums, libraryId }: TrashProps) {
  return (
    <nav class="row trash-libraries" aria-label="Libraries">
      <a
        class="btn btn-small"
        href={ctx.url("/trash")}
        aria-current={libraryId === null ? "page" : undefined}
      >
        All
      </a>
      {sums.map((one) => (
        <a
          class="btn btn-small"
          href={ctx.url(`/trash?library=${one.libraryId}`)}
          aria-current={libraryId === one.libraryId ? "page" : undefined}
        >
          {one.library} <span class="muted">{one.files}</span>
        </a>
      ))}
    </nav>
  );
}

function Nothing({ ctx, isNarrowed }: { ctx: PageContext; isNarrowed: boolean }) {
  return (
    <div class="empty card">
      <b>{isNarrowed ? "Nothing of this library lies in the trash." : "The trash is empty."}</b>
      {isNarrowed ? (
        <a href={ctx.url("/trash")}>Show all of it</a>
      ) : (
        "What you move to the trash leaves the lists and waits here. Its media files stay where they are meanwhile."
      )}
    </div>
  );
}

function Files({ ctx, files, libraryId, page, pages, rule }: TrashProps) {
  const at = (to: number) => {
    const query = new URLSearchParams();
    if (libraryId !== null) query.set("library", String(libraryId));
    if (to > 1) query.set("page", String(to));
    return ctx.url(`/trash${query.size > 0 ? `?${query}` : ""}`);
  };
  return (
    <form id="trash" method="post" action={ctx.url("/trash/restore")} class="card flush">
      <input type="hidden" name="library" value={libraryId ?? ""} />
      <div class="trash-bar">
        <label class="check needs-js">
          <input type="checkbox" data-trash-all />
          <span>All on this page</span>
        </label>
        <span class="muted" id="trash-ticked" aria-live="polite" />
        <span class="row">
          <button class="btn btn-small" type="submit">
            <Icon name="rotate-ccw" />
            Restore
          </button>
          <button
            class="btn btn-small btn-quiet-danger"
            type="submit"
            formmethod="get"
            formaction={ctx.url("/trash/purge")}
            data-trash-ask
          >
            <Icon name="trash-2" />
            Remove for good…
          </button>
        </span>
      </div>
      <ul class="trash-list">
        {files.map((one) => (
          <TrashRow ctx={ctx} {...one} days={rule.days} />
        ))}
      </ul>
      {pages > 1 ? (
        <nav class="pager" aria-label="Pages of the trash">
          <span>{`Page ${page} of ${pages}`}</span>
          <NewerOlder newer={page > 1 ? at(page - 1) : null} older={page < pages ? at(page + 1) : null} />
        </nav>
      ) : null}
    </form>
  );
}

function TrashRow({
  ctx,
  row,
  library,
  days,
}: TrashProps["files"][number] & { ctx: PageContext; days: number }) {
  const goesAt = new Date(row.trashedAt!.getTime() + days * 86_400_000);
  const folder = row.path.slice(0, Math.max(0, row.path.length - row.name.length - 1));
  return (
    <li>
      <label class="check trash-tick">
        <input type="checkbox" name="ids" value={row.id} aria-label={row.name} />
      </label>
      <span class="trash-picture">
        <Icon name={row.type === "video" ? "film" : row.type === "audio" ? "music" : "image"} />
        {row.type === "audio" ? null : (
          <img
            src={ctx.url(`/api/files/${row.id}/thumbnail?w=240`)}
            width={72}
            height={72}
            alt=""
            loading="lazy"
          />
        )}
      </span>
      <span class="trash-what">
        <a class="break" href={ctx.url(`/files/${row.id}`)}>
          {row.name}
        </a>
        <small class="muted break">{folder ? `${library} · ${folder}` : library}</small>
      </span>
      <span class="trash-when">
        <span>{bytes(row.sizeBytes)}</span>
        <small class="muted">
          in the trash <When at={row.trashedAt!} />
        </small>
        <small class="muted">
          {days === 0 ? (
            "goes when you say so"
          ) : (
            <>
              goes <When at={goesAt} />
            </>
          )}
        </small>
      </span>
    </li>
  );
}
