// Files that are there more than once: side by side, with the one to keep and what is gained by keeping only that.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { DuplicateGroup, DuplicateType } from "../../src/library/duplicates.ts";
import { bytes, clockTime, counted, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import type { Shot } from "../parts/file-shot.tsx";
import { typeIcons, typeNames } from "../parts/file-shot.tsx";
import { Icon } from "../parts/icon.tsx";

export interface DuplicatesProps {
  type: DuplicateType;
  /** Groups of each type. */
  counts: Record<DuplicateType, number>;
  /** Of the type that is shown. */
  files: number;
  reclaimableBytes: number;
  groups: { group: DuplicateGroup; copies: CopyShown[] }[];
  page: number;
  pages: number;
}

interface CopyShown {
  shot: Shot;
  library: string;
}

type Url = PageContext["url"];

export function DuplicatesPage({
  ctx,
  live,
  ...props
}: DuplicatesProps & { ctx: PageContext; live: string }) {
  return (
    <Layout ctx={ctx} title="Duplicates" live={live}>
      <div class="page-head">
        <div>
          <h1>Duplicates</h1>
          <p>Files that are there more than once. What you put into the trash stays on disk.</p>
        </div>
      </div>
      <Duplicates {...props} url={ctx.url} />
    </Layout>
  );
}

export function Duplicates({ url, ...props }: DuplicatesProps & { url: Url }) {
  const { type, groups, files, reclaimableBytes, counts } = props;
  return (
    <div id="duplicates" class="stack">
      <nav class="tabs" aria-label="Kinds of duplicates">
        <Tab of="exact" label="Same content" {...props} url={url} />
        <Tab of="near" label="Much alike" {...props} url={url} />
      </nav>
      {groups.length > 0 ? (
        <p class="muted">
          {`${counted(counts[type], "group")} of ${counted(files, "file")}, the biggest savings first. `}
          <b>{`${bytes(reclaimableBytes)} could go`}</b> if only the best of each stayed.
        </p>
      ) : (
        <div class="card">
          <None type={type} />
        </div>
      )}
      {groups.map(({ group, copies }) => (
        <Group group={group} copies={copies} page={props.page} url={url} />
      ))}
      <Pages {...props} url={url} />
    </div>
  );
}

function Tab({
  of,
  label,
  type,
  counts,
  url,
}: DuplicatesProps & { of: DuplicateType; label: string; url: Url }) {
  return (
    <a
      href={url(`/duplicates?type=${of}`)}
      aria-current={of === type ? "page" : undefined}
      data-any={counts[of] > 0 ? "" : undefined}
    >
      <Icon name={of === "exact" ? "copy" : "images"} />
      {label}
      <span class="count">{number(counts[of])}</span>
    </a>
  );
}

function None({ type }: { type: DuplicateType }) {
  return type === "exact" ? (
    <p class="empty">
      <b>No file is there twice.</b>
      Files with the same content show here once their SHA-256 is known.
    </p>
  ) : (
    <p class="empty">
      <b>No two files look or sound alike.</b>
      Smaller copies and other encodings show here once their fingerprints are made.
    </p>
  );
}

function Group({
  group,
  copies,
  page,
  url,
}: {
  group: DuplicateGroup;
  copies: CopyShown[];
  page: number;
  url: Url;
}) {
  const others = group.fileIds.filter((id) => id !== group.bestId);
  const hidden = group.fileIds.length - copies.length;
  const name = copies[0]?.shot.file.name ?? "";
  const fields = { type: group.type, page };
  return (
    <section class="card duplicates" id={`group-${group.bestId}`} aria-label={`Duplicates of ${name}`}>
      <header>
        <h2>
          {counted(group.fileIds.length, "file")}
          <span class="muted">{` · ${bytes(group.reclaimableBytes)} to gain${likeness(group)}`}</span>
        </h2>
        <div class="row">
          <Act to="/duplicates/dismiss" ids={group.fileIds} {...fields} url={url} label="Not the same">
            {group.type === "exact" ? "Keep all" : "Not the same"}
          </Act>
          <Act
            to="/duplicates/trash"
            ids={others}
            {...fields}
            url={url}
            isMain
            label={`Keep the best of ${name}`}
          >
            {`Keep the best, trash ${others.length === 1 ? "the other" : `${number(others.length)} others`}`}
          </Act>
        </div>
      </header>
      <ul class="copies">
        {copies.map((copy) => (
          <CopyCard copy={copy} group={group} copies={copies} page={page} url={url} />
        ))}
        {hidden > 0 ? <li class="copies-more">{`and ${counted(hidden, "more", "more")}`}</li> : null}
      </ul>
    </section>
  );
}

function CopyCard({
  copy: { shot, library },
  group,
  copies,
  page,
  url,
}: {
  copy: CopyShown;
  group: DuplicateGroup;
  copies: CopyShown[];
  page: number;
  url: Url;
}) {
  const { file, href, picture } = shot;
  const isBest = file.id === group.bestId;
  const all = copies.map((copy) => copy.shot.file);
  const pixels = (of: typeof file) => (of.width ?? 0) * (of.height ?? 0);
  const isMost = (value: (of: typeof file) => number) =>
    all.some((other) => value(other) !== value(file)) && all.every((other) => value(other) <= value(file));
  const codecs = [file.codecs?.video, file.codecs?.audio].filter(Boolean).join(" · ");
  return (
    <li class="copy" data-best={isBest ? "" : undefined}>
      <a class="copy-picture" href={href} data-preview={shot.preview}>
        {picture ? (
          <img
            src={picture.src(640)}
            width={picture.width}
            height={picture.height}
            loading="lazy"
            decoding="async"
            alt={`${typeNames[file.type]} ${file.name}`}
          />
        ) : (
          <span class="copy-none">
            <Icon name={typeIcons[file.type]} />
            <span class="sr-only">{file.name}</span>
          </span>
        )}
      </a>
      <p class="copy-name">
        <a href={href}>{file.name}</a>
      </p>
      {isBest ? (
        <p class="copy-best">
          <Icon name="circle-check" />
          {`Best: ${group.reason}`}
        </p>
      ) : null}
      <p class="copy-facts">
        {file.width && file.height ? (
          <Fact best={isMost(pixels)}>{`${file.width} × ${file.height}`}</Fact>
        ) : null}
        <Fact best={isMost((of) => of.sizeBytes)}>{bytes(file.sizeBytes)}</Fact>
        {file.durationS !== null ? <Fact>{clockTime(file.durationS)}</Fact> : null}
        <Fact>{codecs || file.mimeType.replace(/^\w+\/(x-)?/, "")}</Fact>
        <Fact>{day(file.capturedAt ?? new Date(file.mtimeMs))}</Fact>
      </p>
      <p class="copy-path">{`${library} / ${file.path}`}</p>
      <Act
        to="/duplicates/trash"
        ids={[file.id]}
        type={group.type}
        page={page}
        url={url}
        label={`Trash ${file.name}`}
      >
        <Icon name="trash-2" />
        Trash
      </Act>
    </li>
  );
}

function Fact({ best, children }: { best?: boolean; children?: unknown }) {
  return best ? <b>{children}</b> : <span>{children}</span>;
}

function Act(p: {
  to: string;
  ids: number[];
  type: DuplicateType;
  page: number;
  url: Url;
  label: string;
  isMain?: boolean;
  children?: unknown;
}) {
  return (
    <form method="post" action={p.url(p.to)} hx-boost="true" hx-swap="none" hx-push-url="false">
      <input type="hidden" name="ids" value={p.ids.join(",")} />
      <input type="hidden" name="type" value={p.type} />
      <input type="hidden" name="page" value={String(p.page)} />
      <button type="submit" class={`btn btn-small${p.isMain ? " btn-primary" : ""}`} title={p.label}>
        {p.children}
      </button>
    </form>
  );
}

function Pages({ type, page, pages, url }: DuplicatesProps & { url: Url }) {
  if (pages <= 1) return null;
  const to = (n: number) => url(`/duplicates?type=${type}&page=${n}`);
  return (
    <nav class="pager" aria-label="Pages of groups">
      <span>{`Page ${number(page)} of ${number(pages)}`}</span>
      <span class="row">
        {page > 1 ? (
          <a class="btn btn-small" href={to(page - 1)} rel="prev">
            <Icon name="chevron-left" />
            Bigger
          </a>
        ) : null}
        {page < pages ? (
          <a class="btn btn-small" href={to(page + 1)} rel="next">
            Smaller
            <Icon name="chevron-right" />
          </a>
        ) : null}
      </span>
    </nav>
  );
}

function likeness({ type, distance }: DuplicateGroup): string {
  if (type === "exact") return "";
  return distance === 0
    ? " · no difference to be seen"
    : ` · ${Math.round(100 - (100 * distance) / 64)} % alike`;
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
