// Into which collection: one there is, or a new one. And the way from a search to a collection that follows it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";

export function CollectFields({ collections }: { collections: { id: number; name: string }[] }) {
  return (
    <>
      {collections.length > 0 ? (
        <label class="field">
          <span class="label-text">Collection</span>
          <select class="select" name="collection">
            {collections.map(({ id, name }) => (
              <option value={String(id)}>{name}</option>
            ))}
            <option value="">A new one</option>
          </select>
        </label>
      ) : null}
      <label class="field">
        <span class="label-text">
          {collections.length > 0 ? "Or make a new one, called" : "A new collection, called"}
        </span>
        <input class="input" name="name" maxlength={200} required={collections.length === 0} />
      </label>
    </>
  );
}

export function SaveAsCollection({ ctx, q }: { ctx: Pick<PageContext, "url">; q: string }) {
  return (
    <p class="save-as">
      <a class="btn btn-small" href={ctx.url(`/collections/new/by-rule?q=${encodeURIComponent(q)}`)}>
        <Icon name="gallery-vertical-end" />
        Save as collection
      </a>
    </p>
  );
}
