// Who did what to what, newest first.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { NewerOlder } from "../parts/pager.tsx";
import { When } from "../parts/when.tsx";

export interface AuditPageProps {
  ctx: PageContext;
  entries: {
    id: number;
    at: Date;
    actor: string | null;
    action: string;
    target: string | null;
    detail: unknown;
  }[];
  total: number;
  page: number;
  pages: number;
}

export function AuditPage({ ctx, entries, total, page, pages }: AuditPageProps) {
  return (
    <Layout ctx={ctx} title="Audit" wide>
      <div class="page-head">
        <h1>Audit</h1>
        <p>{`${number(total)} acts`}</p>
      </div>
      <section class="card flush" aria-label="Acts">
        {entries.length === 0 ? (
          <div class="empty">
            <b>Nothing has been done yet.</b>
            Changes to settings, users, queues and jobs are written down here.
          </div>
        ) : (
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Did</th>
                <th scope="col">To</th>
                <th scope="col">Detail</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((e) => (
                <tr>
                  <td data-label="When" class="nowrap">
                    <When at={e.at} />
                  </td>
                  <td data-label="Who" class="break">
                    {e.actor ?? "the server"}
                  </td>
                  <td data-label="Did" class="mono">
                    {e.action}
                  </td>
                  <td data-label="To" class="break">
                    {e.target ?? ""}
                  </td>
                  <td data-label="Detail" class="mono break">
                    {e.detail === null || e.detail === undefined ? "" : JSON.stringify(e.detail)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {pages > 1 ? (
          <nav class="pager" aria-label="Pages of the audit">
            <span>{`Page ${page} of ${number(pages)}`}</span>
            <NewerOlder
              newer={page > 1 ? ctx.url(`/admin/audit?page=${page - 1}`) : null}
              older={page < pages ? ctx.url(`/admin/audit?page=${page + 1}`) : null}
            />
          </nav>
        ) : null}
      </section>
    </Layout>
  );
}
