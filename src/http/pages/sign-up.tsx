// Signing up, where the registration mode allows it.

import type { Context } from "hono";
import { Hono } from "hono";
import { SignUpPage, type SignUpProps } from "../../../views/pages/sign-up.tsx";
import { passwordLength } from "../../accounts/password.ts";
import { setCookies } from "../api/auth.ts";
import type { App, Env } from "../context.ts";
import { faultsOf, formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { pageStatus } from "./sign-in.tsx";

export function signUpPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;

  pages.get("/sign-up", async (c) => {
    if (await app.accounts.isFirstRun()) return c.redirect(url("/welcome"), 303);
    const invite = c.req.query("invite");
    return show(app, c, { door: await doorOf(app, invite), invite, values: {}, errors: {} });
  });

  pages.post("/sign-up", async (c) => {
    const { email = "", password = "", name = "", invite } = await formFields(c);
    try {
      setCookies(
        c,
        await app.accounts.signUp({ email, password, name, invite: invite || undefined }, c.var.caller),
      );
      return c.redirect(url("/"), 303);
    } catch (error) {
      const { fields, whole, status } = faultsOf(error);
      const door = await doorOf(app, invite);
      return show(
        app,
        c,
        { door, invite, values: { email, name }, errors: fields, error: whole },
        pageStatus(status),
      );
    }
  });

  return pages;
}

async function doorOf(app: App, invite: string | undefined): Promise<SignUpProps["door"]> {
  const { mode } = await app.accounts.registration();
  if (mode === "open") return "open";
  const isInvited = invite !== undefined && (await app.accounts.isOpenInvitation(invite));
  if (mode === "closed") return isInvited ? "invitation-early" : "closed";
  if (!invite) return "invitation-needed";
  return isInvited ? "invited" : "invitation-spent";
}

function show(
  app: App,
  c: Context<Env>,
  props: Omit<SignUpProps, "ctx" | "passwordLength">,
  status: Parameters<typeof page>[2] = 200,
) {
  return page(c, <SignUpPage ctx={pageContext(app, c)} passwordLength={passwordLength} {...props} />, status);
}
