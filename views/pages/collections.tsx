// Collections: the wall of them, one with its files, and the form for one that follows a rule.

import type { CollectionRow } from "../../src/db/tables/media.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Shot, typeIcons } from "../parts/file-shot.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { RuleEditor, type RuleEditorProps, RuleLook, type RuleLookProps } from "../parts/rule-editor.tsx";
import { StripShot } from "../parts/timeline-days.tsx";
import { ViewTabs } from "../parts/view-tabs.tsx";
import { When } from "../parts/when.tsx";

export interface CollectionCard {
  row: CollectionRow;
  files: number;
  /** Below the base path. */
  covers: string[];
}

export function CollectionsPage({ ctx, cards }: { ctx: PageContext; cards: CollectionCard[] }) {
  const owner = ctx.user?.role === "owner";
  return (
    <Layout ctx={ctx} title="Collections" wide>
      <ViewTabs ctx={ctx} />
      <header class="page-head">
        <div>
          <h1>Collections</h1>
          <p>
            Files that belong together, over all libraries: chosen by hand, or by a rule that keeps itself up
            to date.
          </p>
        </div>
        {owner ? (
          <div class="row">
            <a class="btn" href={ctx.url("/collections/new/by-hand")} data-dialog>
              <Icon name="plus" />
              By hand
            </a>
            <a class="btn" href={ctx.url("/collections/new/by-rule")}>
              <Icon name="list-filter" />
              By rule
            </a>
          </div>
        ) : null}
      </header>
      {cards.length === 0 ? (
        <div class="empty card">
          <b>No collections yet.</b>
          {owner
            ? "Make one, or tick files in a library and add them to one."
            : "An owner of this server makes them."}
        </div>
      ) : null}
      <ul class="library-cards" aria-label="Collections">
        {cards.map((card) => (
          <Card ctx={ctx} card={card} />
        ))}
      </ul>
    </Layout>
  );
}

function Card({ ctx, card: { row, files, covers } }: { ctx: PageContext; card: CollectionCard }) {
  return (
    <li class="library-card">
      <div class="library-cover" data-n={covers.length}>
        {covers.length > 0 ? (
          covers.map((src) => <img src={ctx.url(src)} width={240} height={240} alt="" loading="lazy" />)
        ) : (
          <Icon name="gallery-vertical-end" />
        )}
      </div>
      <div class="library-text">
        <h2>
          <a href={ctx.url(`/collections/${row.id}`)}>{row.name}</a>
        </h2>
        <p>
          {row.rule && !row.refreshedAt ? "Its files are being found" : counted(files, "file")}
          {row.rule ? <span class="muted"> · by rule</span> : null}
        </p>
      </div>
    </li>
  );
}

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

export interface CollectionFormProps {
  ctx: PageContext;
  editor: RuleEditorProps;
  id?: number | undefined;
  name?: string;
  description?: string;
  look?: RuleLookProps["look"];
  isOpen?: boolean;
  fault?: string;
}

export function CollectionForm({
  ctx,
  editor,
  id,
  name = "",
  description = "",
  look,
  isOpen,
  fault,
}: CollectionFormProps) {
  const title = id ? `Edit ${name}` : "New collection by rule";
  return (
    <Layout ctx={ctx} title={title} scripts={["rule-editor.js"]} wide>
      <header class="page-head">
        <div>
          <nav aria-label="Place">
            <ol class="crumbs">
              <li>
                <a href={ctx.url("/collections")}>Collections</a>
              </li>
            </ol>
          </nav>
          <h1>{title}</h1>
        </div>
      </header>
      {fault ? (
        <p class="banner banner-bad" role="alert">
          <Icon name="triangle-alert" />
          <span>{fault}</span>
        </p>
      ) : null}
      <div class="rule-page">
        <form
          class="stack card"
          id="rule-form"
          method="post"
          action={ctx.url(id ? `/collections/${id}` : "/collections")}
          hx-boost="true"
          hx-swap="none"
          hx-push-url="false"
        >
          {/* Enter in a field checks; it does not take the first button there is. */}
          <button
            class="rule-check"
            type="submit"
            name="do"
            value="check"
            formaction={ctx.url("/collections/draft")}
            formnovalidate
            hidden
          />
          {id ? <input type="hidden" name="id" value={String(id)} /> : null}
          <label class="field">
            <span class="label-text">Name</span>
            <input class="input" name="name" value={name} required maxlength={200} />
          </label>
          <label class="field">
            <span class="label-text">Description</span>
            <input class="input" name="description" value={description} maxlength={2000} />
          </label>
          <RuleEditor {...editor} url={ctx.url} />
          <div class="row">
            <button class="btn btn-primary" type="submit">
              {id ? "Save" : "Make collection"}
            </button>
            <button
              class="btn without-js"
              type="submit"
              name="do"
              value="check"
              formaction={ctx.url("/collections/draft")}
              formnovalidate
            >
              Check
            </button>
            <a class="btn btn-quiet" href={ctx.url(id ? `/collections/${id}` : "/collections")}>
              Cancel
            </a>
          </div>
        </form>
        <RuleLook look={look} {...(isOpen && { isOpen })} />
      </div>
    </Layout>
  );
}
