// Home: the libraries with their covers, what is going on, what came last; and what a search over all of them finds.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { FileShot, type Shot } from "../parts/file-shot.tsx";
import { GoingOn } from "../parts/going-on.tsx";
import { Icon } from "../parts/icon.tsx";
import { When } from "../parts/when.tsx";

export interface LibraryCard {
  library: LibraryRow;
  counts: { video: number; image: number; audio: number; total: number; sizeBytes: number };
  /** Addresses of up to four pictures, below the base path. */
  covers: string[];
  scanning: boolean;
  /** Thumbnails still to make in it; null when there are too many to tell apart. */
  picturesToGo: number | null;
}

export interface HomeProps {
  ctx: PageContext;
  cards: LibraryCard[];
  /** Left out because such content is hidden. */
  hiddenNsfw: number;
  goingOn: Parameters<typeof GoingOn>[0];
  recent: Shot[];
}

export function HomePage({ ctx, cards, hiddenNsfw, goingOn, recent }: HomeProps) {
  const owner = ctx.user?.role === "owner";
  return (
    <Layout ctx={ctx} title="Library" wide>
      <header class="page-head">
        <h1>Library</h1>
        <Search ctx={ctx} />
        {owner ? (
          <a class="btn" href={ctx.url("/libraries/new/folder")}>
            <Icon name="plus" />
            Add library
          </a>
        ) : null}
      </header>
      {cards.length > 0 ? <GoingOn {...goingOn} /> : null}
      {cards.length === 0 ? <NoLibraries ctx={ctx} owner={owner} hiddenNsfw={hiddenNsfw} /> : null}
      <ul class="library-cards" aria-label="Libraries">
        {cards.map((card) => (
          <Card ctx={ctx} card={card} />
        ))}
      </ul>
      {hiddenNsfw > 0 && cards.length > 0 ? (
        <p class="muted hidden-note">
          <Icon name="eye-off" /> {counted(hiddenNsfw, "library is", "libraries are")} hidden (not safe for
          work).
        </p>
      ) : null}
      {recent.length > 0 ? (
        <section aria-labelledby="recent">
          <h2 id="recent" class="grid-title">
            Added last
          </h2>
          <ul class="shots shots-row">
            {recent.map((shot) => (
              <FileShot shot={shot} />
            ))}
          </ul>
        </section>
      ) : null}
    </Layout>
  );
}

export interface SearchProps {
  ctx: PageContext;
  text: string;
  /** Matches by library, the first few of each. */
  groups: { library: LibraryRow; shots: Shot[]; more: boolean }[];
}

export function SearchPage({ ctx, text, groups }: SearchProps) {
  return (
    <Layout ctx={ctx} title={`Search: ${text}`} wide>
      <header class="page-head">
        <h1>Search</h1>
        <Search ctx={ctx} text={text} />
      </header>
      {groups.length === 0 ? (
        <p class="empty card">
          <b>No file has “{text}” in its name or path.</b>
          Try a shorter part of the name. Files in the trash are left out.
        </p>
      ) : null}
      {groups.map(({ library, shots, more }) => (
        <section aria-labelledby={`in-${library.id}`}>
          <div class="section-head grid-title">
            <h2 id={`in-${library.id}`}>{library.name}</h2>
            {more ? (
              <a href={ctx.url(`/libraries/${library.id}?q=${encodeURIComponent(text)}`)}>
                All matches in {library.name}
              </a>
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

function Search({ ctx, text }: { ctx: PageContext; text?: string }) {
  return (
    <search>
      <form class="search-box" action={ctx.url("/")}>
        <label class="sr-only" for="search">
          Search files by name or folder
        </label>
        <input
          class="input"
          type="search"
          id="search"
          name="q"
          value={text}
          placeholder="Search files"
          data-search
          required
        />
        <button class="btn" type="submit" aria-label="Search">
          <Icon name="search" />
        </button>
      </form>
    </search>
  );
}

function Card({
  ctx,
  card: { library, counts, covers, scanning, picturesToGo },
}: {
  ctx: PageContext;
  card: LibraryCard;
}) {
  const pictures = counts.image + counts.video;
  return (
    <li class="library-card">
      <div class="library-cover" data-n={covers.length}>
        {covers.length > 0 ? (
          covers.map((src) => <img src={ctx.url(src)} width={240} height={240} alt="" loading="lazy" />)
        ) : (
          <Icon name="library" />
        )}
      </div>
      <div class="library-text">
        <h2>
          <a href={ctx.url(`/libraries/${library.id}`)}>{library.name}</a>
          {library.nsfw ? <span class="badge">NSFW</span> : null}
        </h2>
        <p>
          {counts.total === 0 ? "No files yet" : countsInWords(counts)}
          {counts.total > 0 ? <span class="muted"> · {bytes(counts.sizeBytes)}</span> : null}
        </p>
        <p class="muted">
          {scanning ? (
            <>
              <Icon name="refresh-cw" /> Scanning now
            </>
          ) : library.lastScanAt ? (
            <>
              Scanned <When at={library.lastScanAt} />
            </>
          ) : (
            "Not scanned yet"
          )}
          {picturesToGo
            ? ` · ${picturesToGo.toLocaleString("en")} of ${counted(pictures, "thumbnail")} to go`
            : ""}
        </p>
      </div>
    </li>
  );
}

export function countsInWords(counts: { video: number; image: number; audio: number }): string {
  return [
    counts.image > 0 && counted(counts.image, "picture"),
    counts.video > 0 && counted(counts.video, "video"),
    counts.audio > 0 && counted(counts.audio, "audio file"),
  ]
    .filter(Boolean)
    .join(", ");
}

function NoLibraries({ ctx, owner, hiddenNsfw }: { ctx: PageContext; owner: boolean; hiddenNsfw: number }) {
  if (hiddenNsfw > 0)
    return (
      <p class="empty card">
        <b>Every library is hidden.</b>
        They are marked not safe for work, and such content is switched off in the settings.
      </p>
    );
  return (
    <div class="empty card">
      <b>No libraries yet.</b>
      {owner ? (
        <p>
          A library is a folder of your media.{" "}
          <a href={ctx.url("/libraries/new/folder")}>Add the first one</a>
        </p>
      ) : (
        <p>An owner of this server has to add one.</p>
      )}
    </div>
  );
}
