// The list of bulk operations with undo, and what may be done to each.

import { type Context, Hono } from "hono";
import { OperationList, OperationsPage } from "../../../views/pages/operations.tsx";
import { OperationsNow } from "../../../views/parts/operation-line.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import type { Operation } from "../../queue/operation-rows.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { operationInWords } from "./bulk-words.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { jobPartials } from "./job-acts.tsx";
import { operationLine, operationsNow, soonOver } from "./operation-lines.ts";
import { page, pageContext } from "./page-context.ts";

export function operationPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;

  routes.get("/admin/operations", async (c) => {
    const props = await listProps(app, Number(c.req.query("page") ?? 1));
    if (wantsPartial(c)) return c.html(<OperationList {...props} url={url} />);
    return page(c, <OperationsPage ctx={pageContext(app, c)} {...props} />);
  });

  for (const verb of ["abort", "resume", "undo"] as const)
    routes.post(`/admin/operations/:id{[0-9]+}/${verb}`, async (c) => {
      const id = Number(c.req.param("id"));
      const { user } = c.var.identity!;
      const back = "/admin/operations";
      let begun: Operation;
      try {
        begun = await app.operations[verb](id, user.email);
      } catch (error) {
        return refused(app, c, error, { back, partials: await operationsPart(app, c) });
      }
      if (verb !== "undo") await audit(app, user, `operation.${verb}`, `operation:${id}`);
      const isOver = (op: Operation) => op.undoStartedAt !== null && op.status !== "undoing";
      const op = begun.status === "undoing" ? await soonOver(app, id, isOver) : await app.operations.get(id);
      const text = verb === "resume" ? "It goes on." : operationInWords(op);
      const single = /^ids=(\d+)$/.exec(op.filter)?.[1];
      const partials = (
        <>
          {await operationsPart(app, c)}
          {single === undefined ? null : await jobPartials(app, c, Number(single))}
        </>
      );
      return done(app, c, { text, back, partials });
    });

  return routes;
}

/** What shows operations, on whichever of the pages it stands. */
export async function operationsPart(app: App, c: Context<Env>) {
  if (!wantsPartial(c)) return undefined;
  const url = (path: string) => `${app.config.basePath}${path}`;
  const at = c.req.header("hx-current-url") ?? "";
  if (URL.canParse(at) && new URL(at).pathname.endsWith("/admin/operations")) {
    const props = await listProps(app, Number(new URL(at).searchParams.get("page") ?? 1));
    return partial("#operations", "outerMorph", <OperationList {...props} url={url} />);
  }
  const now = <OperationsNow operations={await operationsNow(app)} url={url} />;
  return partial("#operations-now", "outerMorph", now);
}

const perPage = 25;

async function listProps(app: App, asked: number) {
  const wish = Number.isInteger(asked) && asked > 0 ? asked : 1;
  const { total } = await app.operations.list(0, 0);
  const pages = Math.max(1, Math.ceil(total / perPage));
  const at = Math.min(wish, pages);
  const { operations } = await app.operations.list((at - 1) * perPage, perPage);
  return { operations: operations.map((op) => operationLine(app, op)), page: at, pages };
}
