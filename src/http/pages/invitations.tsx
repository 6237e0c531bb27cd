// Making invitations and taking them back. A link is shown in the answer that makes it, and never again.

import { Hono } from "hono";
import { PeoplePage } from "../../../views/pages/people.tsx";
import { InvitationsCard } from "../../../views/parts/invitations.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { NotFound } from "../../runtime/errors.ts";
import { invitationLink, invitationState } from "../api/users.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { actInPlace } from "./act-in-place.ts";
import { askFirst } from "./ask-first.tsx";
import { done, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { page } from "./page-context.ts";
import { dayMs, daysIn, people as home, invitationsOf, peopleProps } from "./people-props.ts";

export function invitationPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const { accounts } = app;
  const invitationsPart = async (link?: string) =>
    partial(
      "#invitations",
      "outerHTML",
      <InvitationsCard {...(await invitationsOf(app))} link={link} url={url} />,
    );

  routes.post("/admin/invitations", async (c) => {
    const form = await formFields(c);
    const note = (form.note ?? "").trim().slice(0, 200) || null;
    const days = daysIn(form.days);
    const expiresAt = days ? new Date(app.clock.now() + days * dayMs) : undefined;
    const made = await accounts.createInvitation({ note, createdBy: c.var.identity!.user.id, expiresAt });
    await audit(app, c.var.identity!.user, "invitation.create", made.invitation.id, { note });
    const link = invitationLink(app)(c, made.secret);
    if (!wantsPartial(c))
      return page(c, <PeoplePage {...(await peopleProps(app, c))} newInvitation={link} />);
    return done(app, c, {
      text: "Made an invitation. Its link is shown this once.",
      back: home,
      partials: await invitationsPart(link),
    });
  });
  routes.get("/admin/invitations/:id{[0-9]+}/delete", async (c) => {
    const id = Number(c.req.param("id"));
    const row = (await accounts.listInvitations()).find((one) => one.id === id);
    if (!row) throw new NotFound("invitation", id);
    const isOpen = invitationState(row, app.clock.now()) === "open";
    return askFirst(app, c, {
      title: `${isOpen ? "Take back" : "Remove"} ${row.note ?? `invitation ${id}`}?`,
      lines: [
        isOpen
          ? "Its link stops working. An account that was made with another link stays."
          : "It is only removed from this list; no account goes with it.",
      ],
      action: `/admin/invitations/${id}/delete`,
      verb: isOpen ? "Take it back" : "Remove it",
      danger: isOpen,
      back: home,
    });
  });
  routes.post("/admin/invitations/:id{[0-9]+}/delete", async (c) => {
    const work = async () => {
      const row = await accounts.deleteInvitation(Number(c.req.param("id")));
      await audit(app, c.var.identity!.user, "invitation.delete", row.id);
      return "Took the invitation back; its link works no more.";
    };
    return actInPlace(app, c, { work, part: () => invitationsPart(), back: home });
  });

  return routes;
}
