// Home: the libraries with their covers and how they fare, what is going on, what came last.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { ScanTrouble } from "../../src/http/pages/last-scan.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { bytes, counted, number } from "../format.ts";
import { href } from "../grid-view.ts";
import { Layout } from "../layout.tsx";
import type { Seer } from "../parts/file-history.tsx";
import { FileSearchBox } from "../parts/file-search.tsx";
import { FileShot, type Shot } from "../parts/file-shot.tsx";
import { GoingOn } from "../parts/going-on.tsx";
import { Icon } from "../parts/icon.tsx";
import { ViewTabs } from "../parts/view-tabs.tsx";
import { When } from "../parts/when.tsx";

export interface LibraryCard {
  library: LibraryRow;
  counts: { video: number; image: number; audio: number; total: number; sizeBytes: number };
  /** Addresses of up to four pictures, below the base path. */
  covers: string[];
  scanning: boolean;
  trouble: ScanTrouble | null;
  /** Files that are missing, damaged or quarantined. */
  problems: number;
  /** Files that nobody has looked into yet: only then it is known which thumbnails are to be made. */
  looksToGo: number;
  /** Thumbnails still to make in it. */
  picturesToGo: number;
}

export interface HomeNow {
  cards: LibraryCard[];
  /** Left out because such content is hidden. */
  hiddenNsfw: number;
  goingOn: Parameters<typeof GoingOn>[0];
  recent: Shot[];
}

export function HomePage({ ctx, ...now }: HomeNow & { ctx: PageContext }) {
  const owner = ctx.user?.role === "owner";
  const parts = homeParts(ctx, now);
  return (
    <Layout ctx={ctx} title="Library" live="/live/home" wide>
      <ViewTabs ctx={ctx} />
      <header class="page-head">
        <h1>Library</h1>
        <HomeSearch ctx={ctx} />
        {owner ? (
          <a class="btn" href={ctx.url("/libraries/new/folder")}>
            <Icon name="plus" />
            Add library
          </a>
        ) : null}
      </header>
      {parts["#going-on"]}
      {parts["#libraries"]}
      {parts["#recent"]}
    </Layout>
  );
}

/** What changes by itself, by the selector of its place. */
export function homeParts(ctx: Seer, { cards, hiddenNsfw, goingOn, recent }: HomeNow) {
  const owner = ctx.user?.role === "owner";
  return {
    "#going-on": <GoingOn {...goingOn} isBare={cards.length === 0 && hiddenNsfw === 0} />,
    "#libraries": (
      <div id="libraries">
        {cards.length === 0 ? <NoLibraries ctx={ctx} owner={owner} hiddenNsfw={hiddenNsfw} /> : null}
        <ul class="library-cards" aria-label="Libraries">
          {cards.map((card) => (
            <Card ctx={ctx} card={card} owner={owner} />
          ))}
        </ul>
        {hiddenNsfw > 0 && cards.length > 0 ? <HiddenNote hiddenNsfw={hiddenNsfw} /> : null}
      </div>
    ),
    "#recent": <Recent recent={recent} />,
  };
}

export function HomeSearch({
  ctx,
  text = "",
  isFaulty = false,
}: {
  ctx: Seer;
  text?: string;
  isFaulty?: boolean;
}) {
  return (
    <search class="home-search">
      <form class="row" action={ctx.url("/")}>
        <FileSearchBox
          text={text}
          placeholder="Search all files: words, or type:video size:>1gb"
          isFaulty={isFaulty}
          url={ctx.url}
        />
        <button class="btn" type="submit" aria-label="Search">
          <Icon name="search" />
        </button>
      </form>
    </search>
  );
}

function HiddenNote({ hiddenNsfw }: { hiddenNsfw: number }) {
  return (
    <p class="muted hidden-note">
      <Icon name="eye-off" /> {counted(hiddenNsfw, "library is", "libraries are")} hidden (not safe for work).
    </p>
  );
}

function Recent({ recent }: { recent: Shot[] }) {
  if (recent.length === 0) return <section id="recent" hidden />;
  return (
    <section id="recent" aria-labelledby="recent-title">
      <h2 id="recent-title" class="grid-title">
        Added last
      </h2>
      <ul class="shots shots-row">
        {recent.map((shot) => (
          <FileShot shot={shot} />
        ))}
      </ul>
    </section>
  );
}

function Card({ ctx, card, owner }: { ctx: Seer; card: LibraryCard; owner: boolean }) {
  const { library, counts, covers } = card;
  return (
    <li class="library-card" id={`library-${library.id}`}>
      <div class="library-cover" data-n={covers.length}>
        {covers.length > 0 ? (
          covers.map((src) => <img src={ctx.url(src)} width={240} height={240} alt="" loading="lazy" />)
        ) : (
          <Icon name={counts.audio > 0 && counts.audio === counts.total ? "music" : "library"} />
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
        <ScanLine card={card} owner={owner} />
        <p class="library-marks">
          {card.looksToGo + card.picturesToGo > 0 ? <span class="muted">{toGoInWords(card)}</span> : null}
          {card.problems > 0 ? (
            <a class="library-problems" href={href(ctx, library.id, { state: "problem" })}>
              <Icon name="triangle-alert" />
              {counted(card.problems, "file needs", "files need")} a look
            </a>
          ) : null}
        </p>
      </div>
    </li>
  );
}

function toGoInWords({ looksToGo, picturesToGo, counts }: LibraryCard): string {
  if (looksToGo > 0) return counted(looksToGo, "file to look into", "files to look into");
  return `${number(picturesToGo)} of ${counted(counts.image + counts.video, "thumbnail")} to go`;
}

function ScanLine({ card: { library, scanning, trouble }, owner }: { card: LibraryCard; owner: boolean }) {
  if (scanning)
    return (
      <p class="muted">
        <Icon name="refresh-cw" /> Scanning now
      </p>
    );
  if (trouble)
    return (
      <p class="warn">
        <Icon name="triangle-alert" /> {owner ? "The last scan failed " : "Cannot be looked through since "}
        <When at={trouble.at} />
      </p>
    );
  if (!library.lastScanAt) return <p class="muted">Not scanned yet</p>;
  return (
    <p class="muted">
      {"Scanned "}
      <When at={library.lastScanAt} />
      {owner && library.lastScanNote ? `: ${library.lastScanNote.replace(/\.$/, "")}` : null}
    </p>
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

function NoLibraries({ ctx, owner, hiddenNsfw }: { ctx: Seer; owner: boolean; hiddenNsfw: number }) {
  if (hiddenNsfw > 0)
    return (
      <div class="empty card">
        <b>Every library is hidden.</b>
        <p>
          {`${counted(hiddenNsfw, "library is", "libraries are")} marked not safe for work, and such content is hidden. `}
          {owner ? "The account menu shows it again." : "An owner of this server can show it again."}
        </p>
      </div>
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
