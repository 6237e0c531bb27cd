// One's own account, for owners and members alike: changing the password.

import { type Context, Hono } from "hono";
import { AccountPage, type AccountProps } from "../../../views/pages/account.tsx";
import { passwordLength } from "../../accounts/password.ts";
import { Refused } from "../../runtime/errors.ts";
import { setCookies } from "../api/auth.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { setFlash } from "./flash.ts";
import { faultsOf, formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { pageStatus } from "./sign-in.tsx";

export function accountPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/account", (c) => show(app, c, { errors: {} }));

  routes.post("/account/password", async (c) => {
    const { current = "", password = "" } = await formFields(c);
    const { user } = c.var.identity!;
    try {
      setCookies(c, await app.accounts.changePassword(user, current, password, c.var.caller));
      await audit(app, user, "user.password", user.email);
      setFlash(c, { kind: "done", text: "Your password is changed. Every other browser is signed out." });
      return c.redirect(`${app.config.basePath}/account`, 303);
    } catch (error) {
      const { fields, whole, status } = faultsOf(error);
      const isWrong = error instanceof Refused && error.code === "password.wrong";
      const said = isWrong ? { errors: { current: error.message } } : { errors: fields, error: whole };
      return show(app, c, said, pageStatus(status));
    }
  });
  return routes;
}

function show(
  app: App,
  c: Context<Env>,
  props: Omit<AccountProps, "ctx" | "passwordLength">,
  status: Parameters<typeof page>[2] = 200,
) {
  return page(
    c,
    <AccountPage ctx={pageContext(app, c)} passwordLength={passwordLength} {...props} />,
    status,
  );
}
