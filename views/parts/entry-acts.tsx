// What one may do with an entry of a list on the settings page.

import type { PageContext } from "../../src/http/pages/page-context.ts";

interface Props {
  /** Its address. */
  at: string;
  /** As it is shown: somebody else may change it before this is sent. */
  of: unknown;
  name: string;
  url: PageContext["url"];
}

/** Edit asks in a dialog; Remove acts, and can be taken back. */
export function EntryActs({ at, of, name, url }: Props) {
  return (
    <form
      method="post"
      action={url(`${at}/remove`)}
      class="row"
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
    >
      <input type="hidden" name="was" value={JSON.stringify(of)} />
      <a class="btn btn-small" href={url(at)} data-dialog aria-label={`Edit ${name}`}>
        Edit
      </a>
      <button type="submit" class="btn btn-small btn-quiet" aria-label={`Remove ${name}`}>
        Remove
      </button>
    </form>
  );
}
