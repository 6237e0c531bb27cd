// The quarantine: files that nothing more is tried on, why and since when, and the ways in and out.

import type { FileType } from "../../src/db/tables/library.ts";
import type { HeldFile } from "../../src/healing/quarantine-list.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { ProblemsQuery } from "../../src/http/pages/problems-query.ts";
import { counted, number } from "../format.ts";
import type { ProblemsProps } from "../pages/problems.tsx";
import { Shot } from "./cause-samples.tsx";
import { ExcludeByHand } from "./exclude-file.tsx";
import { typeIcons } from "./file-shot.tsx";
import { HeldFilters, NoneHeld } from "./held-filters.tsx";
import { Icon } from "./icon.tsx";
import { PageLinks } from "./page-links.tsx";
import { When } from "./when.tsx";

export interface HeldProps {
  files: (HeldFile & { library: string; picture: string | null; kindLabel: string | null })[];
  /** That match. */
  total: number;
  hidden: number;
  page: number;
  pages: number;
  isNarrowed: boolean;
  libraries: { id: number; name: string }[];
  /** How many failures of a file make the server hold it back; 0: it never does. */
  after: number;
  /** What was looked for, to exclude by hand; null: nothing was. `files` is null where too much would match. */
  found: { files: FoundFile[] | null; isMore: boolean } | null;
}

export interface FoundFile {
  id: number;
  path: string;
  type: FileType;
  library: string;
}

export interface HeldListProps {
  held: HeldProps;
  query: ProblemsQuery;
  search: ProblemsProps["search"];
  url: PageContext["url"];
}

export function HeldFiles({ held: h, query, search, url }: HeldListProps) {
  const asked = new URLSearchParams(search({ page: 1, find: "" }).split("?")[1] ?? "");
  asked.delete("tab");
  return (
    <>
      <section id="quarantine" class="card flush" aria-labelledby="quarantine-title">
        <header>
          <h2 id="quarantine-title">
            {h.total > 0 ? `${counted(h.total, "file")} held back` : "Quarantine"}
          </h2>
          {h.total > 0 ? (
            <a class="btn btn-small" href={url(`/admin/quarantine/release?${asked}`)} data-dialog>
              {h.isNarrowed ? `Release all ${number(h.total)} matching…` : "Release all…"}
            </a>
          ) : null}
          <p>
            {h.after === 0
              ? "Nothing more is tried on these files. The server holds none back by itself: that is switched off."
              : `Nothing more is tried on these files. The server holds a file back after ${counted(h.after, "failure")} of one kind for one reason.`}{" "}
            <a href={url("/admin/settings#quarantineAfter")}>Change</a>
          </p>
          <HeldFilters {...{ held: h, query, search, url }} />
        </header>
        {h.files.length === 0 ? <NoneHeld {...{ held: h, query, search, url }} /> : null}
        <ul class="lines padded">
          {h.files.map((one) => (
            <HeldLine one={one} url={url} back={url(search({}))} />
          ))}
        </ul>
        {h.hidden > 0 && h.files.length > 0 ? (
          <p class="padded muted">{`${counted(h.hidden, "more file")} of NSFW libraries not shown.`}</p>
        ) : null}
        <PageLinks
          label="of the quarantine"
          page={h.page}
          pages={h.pages}
          hasNext={h.page < h.pages}
          href={(page) => url(search({ page }))}
        />
        <form
          id="held-bulk"
          class="tick-bar"
          method="post"
          action={url(`/admin/quarantine/release-ticked${search({}).replace("/admin/problems", "")}`)}
          aria-label="Ticked files"
          hx-boost="true"
          hx-swap="none"
          hx-push-url="false"
        >
          <b data-ticked="files">With the ticked files:</b>
          <button type="submit" class="btn btn-small" name="retry" value="">
            Release
          </button>
          <button type="submit" class="btn btn-small" name="retry" value="on">
            <Icon name="rotate-ccw" />
            Release and retry
          </button>
        </form>
      </section>
      <ExcludeByHand found={h.found} find={query.find} url={url} />
    </>
  );
}

function HeldLine({
  one,
  url,
  back,
}: {
  one: HeldProps["files"][number];
  url: PageContext["url"];
  back: string;
}) {
  const { file } = one;
  return (
    <li class="held" id={`held-${file.id}`}>
      <label class="tick">
        <input type="checkbox" form="held-bulk" name="ids" value={file.id} aria-label={`Tick ${file.path}`} />
      </label>
      <span class="held-file">
        {one.picture ? (
          <Shot picture={one.picture} url={url} />
        ) : (
          <span class="no-shot">
            <Icon name={typeIcons[file.type]} />
          </span>
        )}
        <span class="break">
          <a href={url(`/files/${file.id}`)}>{file.path}</a>{" "}
          <small class="muted">
            {one.library}
            {file.state === "missing" ? " · missing now" : ""}
          </small>
          <br />
          <small>
            {one.failures > 0 ? `${one.kindLabel} failed ${counted(one.failures, "time")}: ` : ""}
            {one.reason.split("\n")[0]} <span class="badge mono">{one.code}</span>
          </small>
        </span>
      </span>
      <small class="muted held-by">
        {`by ${one.heldBy ?? "the server"}, `}
        <When at={one.heldAt} />
      </small>
      <span class="row">
        <Release fileId={file.id} name={file.name} back={back} url={url} />
      </span>
    </li>
  );
}

/** Both ways out. `back`: where a plain browser is led afterwards, with the base path. */
export function Release({
  fileId,
  name,
  back,
  url,
}: {
  fileId: number;
  name: string;
  back: string;
  url: PageContext["url"];
}) {
  const act = (more: string) =>
    url(`/admin/quarantine/${fileId}/release?${new URLSearchParams({ back })}${more}`);
  return (
    <>
      <button class="btn btn-small" type="submit" form="act" formaction={act("")}>
        Release<span class="sr-only"> {name}</span>
      </button>
      <button class="btn btn-small" type="submit" form="act" formaction={act("&retry=1")}>
        <Icon name="rotate-ccw" />
        Release and retry<span class="sr-only"> {name}</span>
      </button>
    </>
  );
}
