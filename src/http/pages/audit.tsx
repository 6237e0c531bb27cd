// Who did what: the audit log with its filters, page by page from the newest.

import { Hono } from "hono";
import { AuditPage, type AuditQuery } from "../../../views/pages/audit.tsx";
import { listLibraries } from "../../library/libraries.ts";
import { type AuditFilter, auditBefore } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { auditAreas, auditLine } from "./audit-lines.ts";
import { bounds } from "./history-query.ts";
import { page, pageContext } from "./page-context.ts";

const perPage = 50;

export function auditPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/admin/audit", async (c) => {
    const ctx = pageContext(app, c);
    const query = readAuditQuery(new URL(c.req.url).searchParams);
    const people = (await app.accounts.listUsers()).map(({ name, email }) => ({ name, email }));
    const before = query.before || Number.MAX_SAFE_INTEGER;
    const found = isBackwards(query) ? [] : await auditBefore(app, filterOf(query), before, perPage + 1);
    const rows = found.slice(0, perPage);
    const libraries = new Map((await listLibraries(app.db)).map(({ id, name }) => [id, name]));
    const words = { people, settings: app.settings.all(), libraries };
    const href = (change: Partial<AuditQuery>) =>
      ctx.url(`/admin/audit${auditSearch({ ...query, before: 0, ...change })}`);
    return page(
      c,
      <AuditPage
        ctx={ctx}
        query={query}
        people={people}
        areas={auditAreas}
        rows={rows.map((row) => auditLine(row, words))}
        older={found.length > perPage ? href({ before: rows.at(-1)!.id }) : null}
        href={href}
        exports={(format) => ctx.url(`/api/admin/audit${exportSearch(query, format)}`)}
      />,
    );
  });
  return routes;
}

function readAuditQuery(search: URLSearchParams): AuditQuery {
  const before = Number(search.get("before") ?? 0);
  const day = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(search.get(name) ?? "") ? search.get(name)! : "");
  const act = search.get("act") ?? "";
  return {
    who: search.get("who") ?? "",
    act: /^[a-z]+\.(\*|[a-z-]+)$/.test(act) ? act : "",
    from: day("from"),
    to: day("to"),
    before: Number.isSafeInteger(before) && before > 0 ? before : 0,
  };
}

function auditSearch({ before, ...rest }: AuditQuery): string {
  const fields = Object.entries(rest).filter(([, value]) => value !== "");
  if (before > 0) fields.push(["before", String(before)]);
  const text = new URLSearchParams(fields).toString();
  return text && `?${text}`;
}

function filterOf(query: AuditQuery): AuditFilter {
  return {
    ...bounds(query),
    ...(query.who && { actor: query.who === "server" ? null : query.who }),
    ...(query.act && { action: query.act }),
  };
}

function isBackwards(query: AuditQuery): boolean {
  const { from, to } = bounds(query);
  return from !== undefined && to !== undefined && from >= to;
}

function exportSearch(query: AuditQuery, format: "csv" | "json"): string {
  const { from, to } = bounds(query);
  const search = new URLSearchParams({ format });
  if (query.who) search.set("actor", query.who);
  if (query.act) search.set("action", query.act);
  if (from) search.set("from", from.toISOString());
  if (to) search.set("to", to.toISOString());
  return `?${search}`;
}
