// A question before an act: a dialog where there is JavaScript, a page of its own elsewhere.

import type { Context } from "hono";
import { Confirm, ConfirmPage, type Question } from "../../../views/parts/confirm.tsx";
import type { Env } from "../context.ts";
import { wantsPartial } from "./flash.ts";
import { type PageParts, page, pageContext } from "./page-context.ts";

export async function askFirst(app: PageParts, c: Context<Env>, question: Question): Promise<Response> {
  const ctx = pageContext(app, c);
  if (wantsPartial(c)) return c.html(<Confirm question={question} url={ctx.url} />);
  return page(c, <ConfirmPage ctx={ctx} question={question} />);
}
