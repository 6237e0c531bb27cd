// The HTTP API for people to read: every operation with its input and its answers, from the OpenAPI document.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";

/** The parts of an OpenAPI document that the page shows; the document itself has more. */
interface ApiDocument {
  info: { title: string; version: string; description?: string };
  paths?: unknown;
  components?: unknown;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema; description?: string }[];
  requestBody?: Content;
  responses?: Record<string, Content & { description?: string }>;
}

interface Row {
  method: string;
  path: string;
  operation: Operation;
}

export function ApiDocsPage({ ctx, document }: { ctx: PageContext; document: ApiDocument }) {
  const groups = byTag(document);
  return (
    <Layout ctx={ctx} title="API">
      <div class="page-head">
        <div>
          <h1>API {document.info.version}</h1>
          <p>{document.info.description}</p>
        </div>
        <a class="btn" href={ctx.url("/api/openapi.json")}>
          <Icon name="braces" />
          OpenAPI document
        </a>
      </div>
      <div class="stack api">
        <p>
          Send <code>Authorization: Bearer TOKEN</code> or <code>x-api-key: TOKEN</code>.
        </p>
        <nav aria-label="Parts of the API" class="row">
          {groups.map(([tag]) => (
            <a class="btn btn-small" href={`#${anchorOf(tag)}`}>
              {tag}
            </a>
          ))}
        </nav>
        {groups.map(([tag, rows]) => (
          <section class="card flush" id={anchorOf(tag)} aria-labelledby={`${anchorOf(tag)}-name`}>
            <header>
              <h2 id={`${anchorOf(tag)}-name`}>{tag}</h2>
            </header>
            {rows.map((row) => (
              <OperationDetails row={row} document={document} />
            ))}
          </section>
        ))}
      </div>
    </Layout>
  );
}

function anchorOf(tag: string): string {
  return `api-${tag.toLowerCase().replace(/[^a-z]+/g, "-")}`;
}

function OperationDetails({
  row: { method, path, operation },
  document,
}: {
  row: Row;
  document: ApiDocument;
}) {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  return (
    <details class="operation-docs" id={`${method}-${path.replace(/[^\w]+/g, "-")}`}>
      <summary>
        <code class={`method method-${method}`}>{method.toUpperCase()}</code>{" "}
        <code class="break">{path}</code> <span class="muted">{operation.summary}</span>
      </summary>
      <div class="stack-tight">
        {operation.description ? <p>{operation.description}</p> : null}
        {operation.parameters?.length ? (
          <dl class="facts">
            {operation.parameters.map((p) => (
              <>
                <dt>
                  <code>{p.name}</code> {p.required ? "required" : p.in === "query" ? "" : p.in}
                </dt>
                <dd>{[typeText(p.schema, document), p.description].filter(Boolean).join(": ")}</dd>
              </>
            ))}
          </dl>
        ) : null}
        <dl class="facts">
          {body ? (
            <>
              <dt>Body</dt>
              <dd>
                <code>{typeText(body, document)}</code>
              </dd>
            </>
          ) : null}
          {Object.entries(operation.responses ?? {}).map(([status, answer]) => {
            const schema = answer.content?.["application/json"]?.schema;
            return (
              <>
                <dt>{status}</dt>
                <dd>
                  {answer.description} {schema ? <code>{typeText(schema, document)}</code> : null}
                </dd>
              </>
            );
          })}
        </dl>
      </div>
    </details>
  );
}

function byTag(document: ApiDocument): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  const paths = (document.paths ?? {}) as Record<string, Record<string, Operation>>;
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "Other";
      groups.set(tag, [...(groups.get(tag) ?? []), { method, path, operation }]);
    }
  return [...groups];
}

/** A schema the way TypeScript would write it; named schemas are opened two levels deep. */
function typeText(schema: Schema | undefined, document: ApiDocument, depth = 0): string {
  if (!schema) return "";
  if (schema.$ref) return refText(schema.$ref, document, depth);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((s) => typeText(s, document, depth)).join(" | ");
  if (schema.allOf) return schema.allOf.map((s) => typeText(s, document, depth)).join(" & ");
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (schema.items) return `${typeText(schema.items, document, depth)}[]`;
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(
      ([name, s]) =>
        `${name}${schema.required?.includes(name) ? "" : "?"}: ${typeText(s, document, depth + 1)}`,
    );
    return `{ ${fields.join(", ")} }`;
  }
  return [schema.type ?? "any"].flat().join(" | ");
}

function refText(ref: string, document: ApiDocument, depth: number): string {
  const name = ref.split("/").at(-1)!;
  const schemas = (document.components as { schemas?: Record<string, Schema> } | undefined)?.schemas;
  return depth < 2 && schemas?.[name] ? typeText(schemas[name], document, depth + 1) : name;
}
