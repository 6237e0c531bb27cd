// What a search over all libraries found, by library.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { SearchFault } from "../../src/http/pages/job-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { href } from "../grid-view.ts";
import { Layout } from "../layout.tsx";
import { SaveAsCollection } from "../parts/collect-fields.tsx";
import { FileSearchHelp, FoundLine } from "../parts/file-search.tsx";
import { FileShot, type Shot } from "../parts/file-shot.tsx";
import { HomeSearch } from "./home.tsx";

export interface SearchProps {
  ctx: PageContext;
  text: string;
  found: { total: number; isLeast: boolean; faults: SearchFault[]; hidden: number };
  mostFound: number;
  /** Matches by library, the first few of each. */
  groups: { library: LibraryRow; shots: Shot[]; total: number }[];
}

export function SearchPage({ ctx, text, found, mostFound, groups }: SearchProps) {
  const isFaulty = found.faults.length > 0;
  const searchAt = (q: string) => ctx.url(`/?q=${encodeURIComponent(q)}`);
  return (
    <Layout ctx={ctx} title={`Search: ${text}`} wide>
      <header class="page-head">
        <h1>Search</h1>
        <HomeSearch ctx={ctx} text={text} isFaulty={isFaulty} />
      </header>
      <FileSearchHelp searchAt={searchAt} />
      <FoundLine text={text} found={found} most={mostFound} corrected={searchAt} />
      {ctx.user?.role === "owner" && found.total > 0 ? <SaveAsCollection ctx={ctx} q={text} /> : null}
      {groups.length === 0 ? (
        <div class="empty card">
          <b>{isFaulty ? "This search can't be read." : "No file matches."}</b>
          {isFaulty
            ? "What is wrong with it stands above."
            : "Try a shorter part of the name. Files in the trash are left out unless is:trashed asks for them."}{" "}
          <a href={ctx.url("/")}>To the libraries</a>
        </div>
      ) : null}
      {groups.map(({ library, shots, total }) => (
        <section aria-labelledby={`in-${library.id}`}>
          <div class="section-head grid-title">
            <h2 id={`in-${library.id}`}>
              {library.name} <span class="muted">{counted(total, "file")}</span>
            </h2>
            {total > shots.length ? (
              <a href={href(ctx, library.id, { q: text })}>All matches in {library.name}</a>
            ) : null}
          </div>
          <ul class="shots">
            {shots.map((shot) => (
              <FileShot shot={shot} />
            ))}
          </ul>
        </section>
      ))}
    </Layout>
  );
}
