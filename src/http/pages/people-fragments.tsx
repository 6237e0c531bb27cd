// What changes by itself on the people page. Links and tokens that are shown once stay until somebody leaves.

import { InvitationList, InvitingNote } from "../../../views/parts/invitations.tsx";
import { RegistrationForm, UsersTable } from "../../../views/parts/people.tsx";
import type { App } from "../context.ts";
import type { Fragment } from "../live.ts";
import { people as home, invitationsOf } from "./people-props.ts";

export async function peopleFragments(
  app: App,
  me: string,
  url: (path: string) => string,
): Promise<Fragment[]> {
  const [users, { invitations, inviting }] = await Promise.all([
    app.accounts.listUsers(),
    invitationsOf(app),
  ]);
  const mode = app.settings.get("registrationMode");
  return [
    { target: "#users", swap: "outerMorph", markup: <UsersTable users={users} me={me} url={url} /> },
    {
      target: "#registration",
      swap: "outerMorph",
      markup: <RegistrationForm mode={mode} back={home} url={url} />,
    },
    { target: "#inviting", swap: "outerMorph", markup: <InvitingNote inviting={inviting} /> },
    {
      target: "#invitation-list",
      swap: "outerMorph",
      markup: <InvitationList invitations={invitations} url={url} />,
    },
  ];
}
