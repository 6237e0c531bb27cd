// The wall of collections.

import type { CollectionRow } from "../../src/db/tables/media.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { ViewTabs } from "../parts/view-tabs.tsx";

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
