// A problem for somebody who looks at a page: a whole page for a browser, a toast for htmx, which swaps no errors.

import { ErrorPage } from "../../views/pages/error.tsx";
import { toastPartial } from "../../views/parts/toast.tsx";
import { wantsPartial } from "./pages/flash.ts";
import { type PageParts, page, pageContext } from "./pages/page-context.ts";
import type { FaultPage } from "./pipeline.ts";

export function faultPage(app: PageParts): FaultPage {
  return async (c, problem) => {
    if (problem.retryAfterS !== undefined) c.header("Retry-After", String(problem.retryAfterS));
    const status = problem.status as NonNullable<Parameters<typeof page>[2]>;
    if (!wantsPartial(c)) return page(c, <ErrorPage ctx={pageContext(app, c)} problem={problem} />, status);
    const text = [problem.detail, problem.hint].filter(Boolean).join(" ");
    return c.html(`${await toastPartial({ kind: "refused", text })}`, status);
  };
}
