// The files that are held back, and the causes of failure that somebody ignores: what is out of sight, who put it there,
// and the way back.

import type { IgnoredCauseRow } from "../../src/db/tables/healing.ts";
import type { HeldFile } from "../../src/healing/quarantine-list.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { typeIcons } from "./file-shot.tsx";
import { Icon } from "./icon.tsx";
import { PageLinks } from "./page-links.tsx";
import { When } from "./when.tsx";

export interface HeldProps {
  files: (HeldFile & { library: string; picture: string | null; kindLabel: string | null })[];
  total: number;
  hidden: number;
  page: number;
  pages: number;
  by: "people" | "server" | "";
  /** How many files must fail before the server holds one back; 0: it never does. */
  after: number;
  /** The address of another page of the list, or of the other choices of `by`. */
  href(change: { held?: number; by?: HeldProps["by"] }): string;
}

const choices = { "": "All", server: "By the server", people: "By people" } as const;

export function HeldFiles({ held: h, url }: { held: HeldProps; url: PageContext["url"] }) {
  return (
    <section id="quarantine" class="card flush" aria-labelledby="quarantine-title">
      <header>
        <h2 id="quarantine-title">{`Quarantine${h.total > 0 ? `: ${counted(h.total, "file")}` : ""}`}</h2>
        <nav class="row" aria-label="Who held them back">
          {(Object.keys(choices) as HeldProps["by"][]).map((by) => (
            <a
              class="btn btn-small"
              href={`${h.href({ by, held: 1 })}#quarantine`}
              aria-current={by === h.by ? "true" : undefined}
            >
              {choices[by]}
            </a>
          ))}
        </nav>
        {h.total > 1 ? (
          <a
            class="btn btn-small"
            href={url(`/admin/quarantine/release${h.by && `?by=${h.by}`}`)}
            data-dialog
          >
            Release all…
          </a>
        ) : null}
        <p>
          {h.after === 0
            ? "Nothing more is tried on these files. The server holds none back by itself: that is switched off."
            : `Nothing more is tried on these files. The server holds a file back after ${counted(h.after, "failure")} of one kind for one reason.`}{" "}
          <a href={url("/admin/settings#setting-quarantineAfter")}>Change</a>
        </p>
      </header>
      {h.files.length === 0 ? (
        <NoneHeld held={h} />
      ) : (
        <ul class="lines padded">
          {h.files.map((one) => (
            <HeldLine one={one} url={url} back={h.href({})} />
          ))}
        </ul>
      )}
      {h.hidden > 0 && h.files.length > 0 ? (
        <p class="padded muted">{`${counted(h.hidden, "more file")} of NSFW libraries not shown.`}</p>
      ) : null}
      <PageLinks
        label="of the quarantine"
        page={h.page}
        pages={h.pages}
        hasNext={h.page < h.pages}
        href={(held) => `${h.href({ held })}#quarantine`}
      />
    </section>
  );
}

function NoneHeld({ held: { hidden, by } }: { held: HeldProps }) {
  if (hidden > 0)
    return (
      <div class="empty">
        <b>Nothing to show.</b>
        {`${counted(hidden, "file")} of NSFW libraries ${hidden === 1 ? "is" : "are"} held back; they are hidden now.`}
      </div>
    );
  if (by)
    return (
      <div class="empty">
        <b>None of these.</b>
        {by === "server"
          ? "The server holds no file back by itself now."
          : "Nobody has excluded a file from processing."}
      </div>
    );
  return (
    <div class="empty">
      <b>No file is held back.</b>
      To take one out of processing, open its page.
    </div>
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
      <span class="held-file">
        {one.picture ? (
          <img src={url(one.picture)} alt="" width={48} height={36} loading="lazy" decoding="async" />
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
            {one.reason} <span class="mono muted">{one.code}</span>
          </small>
        </span>
      </span>
      <small class="muted">
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

export function IgnoredCauses({ ignored, url }: { ignored: IgnoredCauseRow[]; url: PageContext["url"] }) {
  // Not `hidden`: what morphs leaves that attribute as it was.
  if (ignored.length === 0) return <div id="ignored" />;
  return (
    <section id="ignored" aria-labelledby="ignored-title" class="card flush">
      <header>
        <h2 id="ignored-title">Ignored causes</h2>
        <p>What fails of these is cleared as it comes. It stays in the history.</p>
      </header>
      <ul class="lines padded">
        {ignored.map((one) => (
          <li>
            <span class="break">
              <span class="mono">{one.code}</span> {one.message.split("\n")[0]!.slice(0, 200)}
              <br />
              <small class="muted">
                {`by ${one.ignoredBy ?? "the server"}, `}
                <When at={one.ignoredAt} />
                {one.until ? (
                  <>
                    {", until "}
                    <When at={one.until} />
                  </>
                ) : (
                  ", until taken back"
                )}
                {` · ${counted(one.cleared, "failure")} cleared`}
              </small>
              {one.note ? (
                <>
                  <br />
                  <small>{`“${one.note}”`}</small>
                </>
              ) : null}
            </span>
            <button
              class="btn btn-small"
              type="submit"
              form="act"
              formaction={url(`/admin/problems/${one.fingerprint}/unignore`)}
            >
              Show again<span class="sr-only"> {one.code}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
