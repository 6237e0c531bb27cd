// Where one is in a list that is read a page at a time, and the way to the pages beside it.

import { number } from "../format.ts";
import { Icon } from "./icon.tsx";

interface Props {
  label: string;
  page: number;
  /** Null: only whether there is a next page is known. */
  pages: number | null;
  hasNext: boolean;
  /** With the base path. */
  href(page: number): string;
}

export function PageLinks({ label, page, pages, hasNext, href }: Props) {
  if (page === 1 && !hasNext) return null;
  return (
    <nav class="pager" aria-label={label}>
      <span>{pages === null ? `Page ${number(page)}` : `Page ${number(page)} of ${number(pages)}`}</span>
      <span class="row">
        {page > 1 ? (
          <a class="btn btn-small" href={href(page - 1)} rel="prev">
            <Icon name="chevron-left" />
            Previous<span class="sr-only"> {label}</span>
          </a>
        ) : null}
        {hasNext ? (
          <a class="btn btn-small" href={href(page + 1)} rel="next">
            Next<span class="sr-only"> {label}</span>
            <Icon name="chevron-right" />
          </a>
        ) : null}
      </span>
    </nav>
  );
}
