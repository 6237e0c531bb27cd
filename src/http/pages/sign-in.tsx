// Signing in and out by plain forms.

import { Hono } from "hono";
import { SignInPage } from "../../../views/pages/sign-in.tsx";
import { setCookies } from "../api/auth.ts";
import type { App, Env } from "../context.ts";
import { faultsOf, formFields, localPath } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";

export function signInPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;

  pages.get("/sign-in", async (c) => {
    const next = localPath(c.req.query("next"));
    if (await app.accounts.isFirstRun()) return c.redirect(url("/welcome"), 303);
    if (c.var.identity) return c.redirect(url(next), 303);
    const { mode } = await app.accounts.registration();
    return page(c, <SignInPage ctx={pageContext(app, c)} next={next} mode={mode} />);
  });

  pages.post("/sign-in", async (c) => {
    const { email = "", password = "", next } = await formFields(c);
    const to = localPath(next);
    try {
      setCookies(c, await app.accounts.signIn({ email, password }, c.var.caller));
      return c.redirect(url(to), 303);
    } catch (error) {
      const { whole, fields, status } = faultsOf(error);
      const { mode } = await app.accounts.registration();
      const said = whole ?? Object.values(fields).join(" ");
      return page(
        c,
        <SignInPage ctx={pageContext(app, c)} next={to} mode={mode} email={email} error={said} />,
        pageStatus(status),
      );
    }
  });

  pages.post("/sign-out", async (c) => {
    setCookies(c, { cookies: await app.accounts.signOut(c.req.raw.headers) });
    return c.redirect(url("/sign-in"), 303);
  });

  return pages;
}

export function pageStatus(status: number): 400 | 401 | 403 | 409 | 422 | 429 | 503 {
  return status === 410 || status === 413 || status === 415 ? 400 : (status as 422);
}
