// What is said about a file, each with who says it: title, words, stars, tags, people. Date and place stand among the facts.

import type { FileRow } from "../../src/db/tables/library.ts";
import type { FactSource } from "../../src/db/tables/media.ts";
import type { FactField, Facts } from "../../src/library/file-facts.ts";
import { Fact } from "./fact.tsx";
import { fieldNames, sourceNames, stars } from "./fact-words.ts";
import type { Seer } from "./file-history.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  ctx: Seer;
  file: FileRow;
  facts: Facts;
}

export function FileDetails({ ctx, file, facts }: Props) {
  const { title, description, rating, tags, people, favourite } = facts;
  const isOwner = ctx.user?.role === "owner";
  const isSaid = [title, description, rating, tags, people, favourite].some((fact) => says(fact?.value));
  if (!isOwner && !isSaid) return <div id="details" />;
  const by = (field: FactField) => <By ctx={ctx} file={file} field={field} source={facts[field]?.source} />;
  return (
    <section id="details" class="card details" aria-labelledby="details-title">
      <header>
        <h2 id="details-title">{title?.value || "About it"}</h2>
        {isOwner ? <Acts ctx={ctx} file={file} /> : null}
      </header>
      {isSaid ? null : <p class="muted">Nothing is said about it yet.</p>}
      {description?.value ? <p class="description">{description.value}</p> : null}
      <dl class="facts">
        <Fact label="Title">{title?.value ? by("title") : null}</Fact>
        <Fact label="Description">{description?.value ? by("description") : null}</Fact>
        <Fact label="Rating">
          {rating?.value ? (
            <>
              <span role="img" aria-label={`${rating.value} of 5 stars`} class="stars">
                {stars(rating.value)}
              </span>{" "}
              {by("rating")}
            </>
          ) : null}
        </Fact>
        <Fact label="Tags">
          {tags?.value.length ? (
            <>
              <Tags ctx={ctx} tags={tags.value} /> {by("tags")}
            </>
          ) : null}
        </Fact>
        <Fact label="People">
          {people?.value.length ? (
            <>
              {people.value.join(", ")} {by("people")}
            </>
          ) : null}
        </Fact>
        <Fact label="Favourite">{favourite?.value ? <>yes {by("favourite")}</> : null}</Fact>
        {(["capturedAt", "gps"] as const).map((field) =>
          facts[field]?.source === "user" ? <Fact label={fieldNames[field]}>{by(field)}</Fact> : null,
        )}
      </dl>
    </section>
  );
}

function Acts({ ctx, file }: Pick<Props, "ctx" | "file">) {
  return (
    <div class="row">
      <a class="btn btn-small" href={ctx.url(`/files/${file.id}/sidecars`)} data-dialog>
        <Icon name="search" />
        Look for sidecars…
      </a>
      <a class="btn btn-small" href={ctx.url(`/files/${file.id}/details`)} data-dialog>
        <Icon name="pencil" />
        Edit…
      </a>
    </div>
  );
}

/** Each leads to the files that bear it. */
function Tags({ ctx, tags }: { ctx: Seer; tags: string[] }) {
  return (
    <span class="tags">
      {tags.map((tag) => (
        <a class="tag" href={ctx.url(`/?q=${encodeURIComponent(`tag:"${tag}"`)}`)}>
          {tag}
        </a>
      ))}
    </span>
  );
}

interface ByProps extends Pick<Props, "ctx" | "file"> {
  field: FactField;
  source: FactSource | undefined;
}

function By({ ctx, file, field, source }: ByProps) {
  if (!source) return null;
  if (source !== "user" || ctx.user?.role !== "owner")
    return <span class="muted">{sourceNames[source]}</span>;
  return (
    <>
      <span class="muted">{sourceNames.user}</span>{" "}
      <button
        type="submit"
        class="btn-link"
        form="act"
        formaction={ctx.url(`/files/${file.id}/details/${field}/back`)}
        aria-label={`Take back what you said: ${fieldNames[field]}`}
      >
        Take back
      </button>
    </>
  );
}

function says(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
