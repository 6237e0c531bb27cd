// Making and revoking one's own API tokens. A token is shown in the answer that makes it, and never again.

import { type Context, Hono } from "hono";
import { PeoplePage } from "../../../views/pages/people.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { TokensCard } from "../../../views/parts/tokens.tsx";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env, Scope } from "../context.ts";
import { actInPlace } from "./act-in-place.ts";
import { askFirst } from "./ask-first.tsx";
import { done, refused, wantsPartial } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { page } from "./page-context.ts";
import { dayMs, daysIn, people as home, peopleProps, tokensOf } from "./people-props.ts";

export function tokenPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const { accounts } = app;
  const me = (c: Context<Env>) => c.var.identity!.user;
  const tokensPart = async (c: Context<Env>, secret?: string) =>
    partial(
      "#tokens",
      "outerHTML",
      <TokensCard tokens={await tokensOf(app, me(c).id)} secret={secret} url={url} />,
    );

  routes.post("/admin/tokens", async (c) => {
    const form = await formDataOf(c);
    const name = String(form.get("name") ?? "")
      .trim()
      .slice(0, 100);
    const scopes = form.getAll("scopes").filter(isScope);
    const days = daysIn(String(form.get("days") ?? ""));
    try {
      if (!name || scopes.length === 0)
        throw new Refused(
          422,
          "token.incomplete",
          name ? "Choose what the token may do." : "Give the token a name.",
        );
      const expiresAt = days ? new Date(app.clock.now() + days * dayMs) : null;
      const made = await accounts.createToken({ userId: me(c).id, name, scopes, expiresAt });
      await audit(app, me(c), "token.create", made.token.id, { name, scopes });
      if (!wantsPartial(c))
        return page(c, <PeoplePage {...(await peopleProps(app, c))} newToken={made.secret} />);
      return done(app, c, {
        text: `Made the token ${name}. It is shown this once.`,
        back: home,
        partials: await tokensPart(c, made.secret),
      });
    } catch (error) {
      return refused(app, c, error, { back: home });
    }
  });
  routes.get("/admin/tokens/:id{[0-9]+}/delete", async (c) => {
    const id = Number(c.req.param("id"));
    const row = (await accounts.listTokens(me(c).id)).find((one) => one.id === id);
    if (!row) throw new NotFound("token", id);
    return askFirst(app, c, {
      title: `Revoke the token ${row.name}?`,
      lines: [
        `Whatever uses it is refused from then on. ${row.lastUsedAt ? "It has been used." : "It has never been used."}`,
      ],
      action: `/admin/tokens/${id}/delete`,
      verb: "Revoke it",
      danger: true,
      back: home,
    });
  });
  routes.post("/admin/tokens/:id{[0-9]+}/delete", async (c) => {
    const work = async () => {
      const row = await accounts.deleteToken(me(c).id, Number(c.req.param("id")));
      await audit(app, me(c), "token.delete", row.id, { name: row.name });
      return `Revoked the token ${row.name}.`;
    };
    return actInPlace(app, c, { work, part: () => tokensPart(c), back: home });
  });
  return routes;
}

function isScope(value: FormDataEntryValue): value is Scope {
  return value === "read" || value === "write" || value === "admin";
}
