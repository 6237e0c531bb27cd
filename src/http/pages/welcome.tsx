// The first run. The account is made as soon as it is asked for; the library and its work only when "Start" is pressed.

import { type Context, Hono } from "hono";
import { WelcomeFolderPage, WelcomeMakePage, WelcomeOwnerPage } from "../../../views/pages/welcome.tsx";
import { passwordLength } from "../../accounts/password.ts";
import { listLibraries } from "../../library/libraries.ts";
import { setCookies } from "../api/auth.ts";
import { startScans } from "../api/libraries.ts";
import type { App, Env } from "../context.ts";
import { faultsOf, formFields } from "./form-data.ts";
import { foundIn, pickedFolder } from "./library-fields.ts";
import { emptyMakeForm, keptMakeForm, makeLibrary } from "./make-library.ts";
import { page, pageContext } from "./page-context.ts";
import { pageStatus } from "./sign-in.tsx";

export function welcomePages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;

  pages.get("/welcome", async (c) => {
    if (!(await app.accounts.isFirstRun())) return c.redirect(url("/"), 303);
    const setup = c.req.query("setup");
    const admitted = app.accounts.acceptsSetup(setup, c.var.caller);
    const error =
      !admitted && setup
        ? "This setup link is old or wrong: each start of the server makes a new one."
        : undefined;
    return showOwner(app, c, { admitted, setup, values: {}, errors: {}, error });
  });

  pages.post("/welcome", async (c) => {
    if (!(await app.accounts.isFirstRun())) return c.redirect(url("/sign-in"), 303);
    const { email = "", password = "", name = "", setup } = await formFields(c);
    try {
      setCookies(
        c,
        await app.accounts.signUp({ email, password, name, setup: setup || undefined }, c.var.caller),
      );
      return c.redirect(url("/welcome/library"), 303);
    } catch (error) {
      const { fields, whole, status } = faultsOf(error);
      const admitted = app.accounts.acceptsSetup(setup, c.var.caller);
      return showOwner(
        app,
        c,
        { admitted, setup, values: { email, name }, errors: fields, error: whole },
        pageStatus(status),
      );
    }
  });

  pages.get("/welcome/library", async (c) => {
    const query = c.req.query();
    const folder = await pickedFolder(app, query.path);
    const already = await listLibraries(app.db);
    const props = {
      ctx: pageContext(app, c),
      folder,
      offered: app.config.media,
      already,
      kept: keptIn(query),
    };
    return page(c, <WelcomeFolderPage {...props} />);
  });

  pages.post("/welcome/start", async (c) => {
    for (const library of await listLibraries(app.db)) await startScans(app, library, c.var.identity!.user);
    return c.redirect(url("/"), 303);
  });

  pages.get("/welcome/make", async (c) => {
    const query = c.req.query();
    if (!query.path) return c.redirect(url("/welcome/library"), 303);
    const form = query.kept ? keptMakeForm(app, query) : emptyMakeForm(app, query.path);
    const found = await foundIn(query.path);
    return page(c, <WelcomeMakePage ctx={pageContext(app, c)} form={{ ...form, found }} />);
  });

  pages.post("/welcome/make", async (c) => {
    const made = await makeLibrary(app, c);
    if ("library" in made) return c.redirect(url(`/libraries/${made.library.id}`), 303);
    return page(c, <WelcomeMakePage ctx={pageContext(app, c)} form={made.form} />, made.status);
  });

  return pages;
}

/** What was filled in before somebody went back for another folder, to be carried along in links. */
function keptIn({ path = "", ...query }: Record<string, string>): string {
  return query.kept ? `&${new URLSearchParams({ was: path, ...query })}` : "";
}

type OwnerProps = Omit<Parameters<typeof WelcomeOwnerPage>[0], "ctx" | "passwordLength">;

function showOwner(app: App, c: Context<Env>, props: OwnerProps, status: Parameters<typeof page>[2] = 200) {
  return page(
    c,
    <WelcomeOwnerPage ctx={pageContext(app, c)} passwordLength={passwordLength} {...props} />,
    status,
  );
}
