// What the people page shows, and what its forms offer.

import type { Context } from "hono";
import type { PeopleProps } from "../../../views/pages/people.tsx";
import { invitationState } from "../api/users.ts";
import type { App, Env } from "../context.ts";
import { pageContext } from "./page-context.ts";

/** Its address. */
export const people = "/admin/people";
export const dayMs = 86_400_000;

export async function peopleProps(app: App, c: Context<Env>): Promise<PeopleProps> {
  const { user } = c.var.identity!;
  const [users, tokens, invitations] = await Promise.all([
    app.accounts.listUsers(),
    tokensOf(app, user.id),
    invitationsOf(app),
  ]);
  return {
    ctx: pageContext(app, c),
    users,
    me: user.id,
    tokens,
    invitations,
    registrationMode: app.settings.get("registrationMode"),
  };
}

export async function tokensOf(app: App, userId: string): Promise<PeopleProps["tokens"]> {
  const now = app.clock.now();
  return (await app.accounts.listTokens(userId)).map((row) => ({
    ...row,
    isExpired: row.expiresAt !== null && row.expiresAt.getTime() <= now,
  }));
}

export async function invitationsOf(app: App) {
  const now = app.clock.now();
  const rows = await app.accounts.listInvitations();
  return {
    invitations: rows.map((r) => ({
      id: r.id,
      note: r.note,
      createdAt: r.createdAt,
      expiresAt: r.expiresAt,
      state: invitationState(r, now),
    })),
    inviting: app.settings.get("registrationMode") === "invite",
  };
}

/** What the forms offer; anything else is their default. */
export function daysIn(text: string | undefined): number | undefined {
  return ["1", "7", "30", "90", "365"].includes(text ?? "") ? Number(text) : undefined;
}
