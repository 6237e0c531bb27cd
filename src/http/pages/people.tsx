// What an owner decides about people: who may come in, and who owns. Acts answer with the part of the page they changed; a
// refused one with the part as it still is, and why. Invitations and tokens are next door.

import { type Context, Hono } from "hono";
import { counted } from "../../../views/format.ts";
import { PeoplePage } from "../../../views/pages/people.tsx";
import { RegistrationForm, UsersTable } from "../../../views/parts/people.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { actInPlace } from "./act-in-place.ts";
import { askFirst } from "./ask-first.tsx";
import { formFields } from "./form-data.ts";
import { page } from "./page-context.ts";
import { people as home, peopleProps } from "./people-props.ts";

export function peoplePages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const { accounts } = app;
  const me = (c: Context<Env>) => c.var.identity!.user;

  const usersPart = (c: Context<Env>) => async () =>
    partial("#users", "outerHTML", <UsersTable users={await accounts.listUsers()} me={me(c).id} url={url} />);
  routes.get("/admin/people", async (c) => page(c, <PeoplePage {...(await peopleProps(app, c))} />));

  routes.post("/admin/registration", async (c) => {
    const form = await formFields(c);
    const back = form.back === "/admin" ? "/admin" : home;
    const work = async () => {
      await app.settings.change({ registrationMode: form.mode }, me(c).email);
      await audit(app, me(c), "settings.change", "registrationMode", { registrationMode: form.mode });
      return `Registration is ${modeWords[app.settings.get("registrationMode")]} now.`;
    };
    const part = async () => {
      const mode = app.settings.get("registrationMode");
      return partial("#registration", "outerHTML", <RegistrationForm mode={mode} back={back} url={url} />);
    };
    return actInPlace(app, c, { work, part, back });
  });

  routes.post("/admin/users/:id/role", async (c) => {
    const { role } = await formFields(c);
    const work = async () => {
      if (role !== "owner" && role !== "member")
        throw new Refused(422, "role.unknown", "A role is owner or member.");
      const user = await accounts.setRole(c.req.param("id"), role);
      await audit(app, me(c), "user.role", user.email, { role });
      return `${user.name} is ${role === "owner" ? "an owner" : "a member"} now.`;
    };
    return actInPlace(app, c, { work, part: usersPart(c), back: home });
  });

  routes.get("/admin/users/:id/delete", async (c) => {
    const id = c.req.param("id");
    const user = (await accounts.listUsers()).find((one) => one.id === id);
    if (!user) throw new NotFound("user", id);
    const tokens = (await accounts.listTokens(id)).length;
    return askFirst(app, c, {
      title: `Delete the account of ${user.name}?`,
      lines: [
        `${user.email} is signed out everywhere, and ${tokens === 0 ? "has no API tokens" : `${counted(tokens, "API token")} stop${tokens === 1 ? "s" : ""} working`}.`,
        "Libraries and files stay as they are. This cannot be undone.",
      ],
      action: `/admin/users/${id}/delete`,
      verb: "Delete the account",
      danger: true,
      back: home,
    });
  });
  routes.post("/admin/users/:id/delete", async (c) => {
    const work = async () => {
      const user = await accounts.deleteUser(c.req.param("id"));
      await audit(app, me(c), "user.delete", user.email);
      return `Deleted the account of ${user.name}.`;
    };
    return actInPlace(app, c, { work, part: usersPart(c), back: home });
  });

  return routes;
}

const modeWords = { open: "open to anyone", invite: "by invitation only", closed: "closed" };
