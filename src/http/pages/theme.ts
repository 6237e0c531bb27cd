// The choice of colours, kept in a cookie that the layout reads: the next page is right from its first paint.

import { Hono } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { App, Env } from "../context.ts";
import { wantsPartial } from "./flash.ts";
import { formFields, localPath } from "./form-data.ts";

export function themePages(app: Pick<App, "config">): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/theme", async (c) => {
    const { theme, back } = await formFields(c);
    const path = app.config.basePath || "/";
    if (theme === "dark" || theme === "light")
      setCookie(c, "theme", theme, { path, httpOnly: true, sameSite: "Lax", maxAge: 31_536_000 });
    else deleteCookie(c, "theme", { path });
    return wantsPartial(c) ? c.body(null, 204) : c.redirect(`${app.config.basePath}${localPath(back)}`, 303);
  });
  return routes;
}
