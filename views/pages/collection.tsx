// One collection with its files, as rows of pictures or, while it is arranged, as a list.

import type { CollectionRow } from "../../src/db/tables/media.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Shot, typeIcons } from "../parts/file-shot.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { StripShot } from "../parts/timeline-days.tsx";
import { When } from "../parts/when.tsx";

interface ShotsProps {
  ctx: Pick<PageContext, "url">;
  id: number;
  shots: Shot[];
  next: string | null;
  isArranged: boolean;
}

export interface CollectionProps extends ShotsProps {
  ctx: PageContext;
  row: CollectionRow;
  count: { shown: number; hidden: number };
  /** In the search's words. */
  rule: string | null;
}

export function CollectionPage(props: CollectionProps) {
  const { ctx, row, count, rule, shots, isArranged } = props;
  const owner = ctx.user?.role === "owner";
  const isFinding = row.rule !== null && !row.refreshedAt;
  return (
    <Layout
      ctx={ctx}
      title={row.name}
      scripts={["timeline.js", "lightbox.js"]}
      vendor={["photoswipe.js", "photoswipe.css"]}
      wide
    >
      <header class="page-head">
        <div>
          <nav aria-label="Place">
            <ol class="crumbs">
              <li>
                <a href={ctx.url("/collections")}>Collections</a>
              </li>
            </ol>
          </nav>
          <h1>{row.name}</h1>
          <p>
            {isFinding && count.shown === 0 ? "No files yet" : counted(count.shown, "file")}
            {count.hidden > 0 ? ` · ${count.hidden} hidden with NSFW libraries` : ""}
            {row.rule && row.refreshedAt ? (
              <>
                {" · found "}
                <When at={row.refreshedAt} />
              </>
            ) : null}
          </p>
          {row.description ? <p class="break">{row.description}</p> : null}
          {rule ? (
            <p class="break">
              <code>{rule}</code>
            </p>
          ) : null}
        </div>
        {owner ? <CollectionActs {...props} /> : null}
      </header>
      {isFinding ? (
        <p
          class="banner"
          hx-get={ctx.url(`/collections/${row.id}`)}
          hx-trigger="load delay:1500ms"
          hx-target="#main"
          hx-select="#main"
          hx-swap="outerHTML"
        >
          <Icon name="refresh-cw" />
          <span>Its files are being found. They appear here when that is done.</span>
        </p>
      ) : null}
      {shots.length === 0 && !isFinding ? <Nothing {...props} /> : null}
      <ul class={isArranged ? "arrange" : "strip strip-page"} id="shots">
        <CollectionShots {...props} />
      </ul>
    </Layout>
  );
}

function CollectionActs({ ctx, row, shots, isArranged }: CollectionProps) {
  const at = `/collections/${row.id}`;
  return (
    <div class="row">
      {row.rule ? (
        <button class="btn" type="submit" form="act" formaction={ctx.url(`${at}/refresh`)}>
          <Icon name="refresh-cw" />
          Refresh
        </button>
      ) : shots.length > 1 || isArranged ? (
        <a
          class="btn"
          href={ctx.url(isArranged ? at : `${at}?arrange=1`)}
          aria-current={isArranged ? "true" : undefined}
        >
          <Icon name={isArranged ? "check" : "layers"} />
          {isArranged ? "Done" : "Arrange"}
        </a>
      ) : null}
      <a class="btn" href={ctx.url(`${at}/edit`)} {...(row.rule ? {} : { "data-dialog": true })}>
        <Icon name="pencil" />
        {row.rule ? "Edit rule" : "Rename"}
      </a>
      <a class="btn btn-quiet-danger" href={ctx.url(`${at}/remove`)} data-dialog>
        <Icon name="trash-2" />
        Remove
      </a>
    </div>
  );
}

export function CollectionShots({ ctx, id, shots, next, isArranged }: ShotsProps) {
  const more = (part: string) =>
    ctx.url(
      `/collections/${id}?${isArranged ? "arrange=1&" : ""}after=${encodeURIComponent(next ?? "")}${part}`,
    );
  return (
    <>
      {shots.map((shot) =>
        isArranged ? <Placed ctx={ctx} id={id} shot={shot} /> : <StripShot shot={shot} />,
      )}
      {next ? (
        <li class="shots-more">
          <a
            class="btn"
            href={more("")}
            hx-get={more("&part=more")}
            hx-trigger="intersect once rootMargin:900px, click"
            hx-target="closest li"
            hx-swap="outerHTML"
          >
            More files
          </a>
        </li>
      ) : null}
    </>
  );
}

const moves: [verb: string, label: string, icon: IconName][] = [
  ["first", "Move to the front", "arrow-up-to-line"],
  ["earlier", "Move earlier", "arrow-up"],
  ["later", "Move later", "arrow-down"],
  ["last", "Move to the end", "arrow-down-to-line"],
  ["cover", "Make it the cover", "star"],
  ["take-out", "Take out of the collection", "x"],
];

function Placed({
  ctx,
  id,
  shot: { file, picture },
}: {
  ctx: Pick<PageContext, "url">;
  id: number;
  shot: Shot;
}) {
  return (
    <li class="placed" id={`placed-${file.id}`}>
      <span class="placed-picture">
        {picture ? (
          <img src={picture.src(240)} width={64} height={64} alt="" loading="lazy" />
        ) : (
          <Icon name={typeIcons[file.type]} />
        )}
      </span>
      <span class="placed-name">{file.name}</span>
      <span class="placed-acts">
        {moves.map(([verb, label, icon]) => (
          <button
            class="btn-icon"
            type="submit"
            form="act"
            formaction={ctx.url(`/collections/${id}/files/${file.id}/${verb}`)}
            title={label}
            aria-label={`${label}: ${file.name}`}
          >
            <Icon name={icon} />
          </button>
        ))}
      </span>
    </li>
  );
}

function Nothing({ ctx, row }: CollectionProps) {
  const owner = ctx.user?.role === "owner";
  if (row.rule)
    return (
      <div class="empty card">
        <b>No file matches its rule.</b>
        {owner ? <a href={ctx.url(`/collections/${row.id}/edit`)}>Change the rule</a> : null}
      </div>
    );
  return (
    <div class="empty card">
      <b>Nothing in it yet.</b>
      {owner ? (
        <span>
          Tick files in <a href={ctx.url("/")}>a library</a> and choose “Add to collection…”.
        </span>
      ) : null}
    </div>
  );
}
