// Who is here, who may come in, and what scripts may do on one's behalf.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { InvitationsCard, type InvitationsProps } from "../parts/invitations.tsx";
import { RegistrationForm, type RegistrationMode, type UserLine, UsersTable } from "../parts/people.tsx";
import { type TokenLine, TokensCard } from "../parts/tokens.tsx";

export interface PeopleProps {
  ctx: PageContext;
  users: UserLine[];
  me: string;
  tokens: TokenLine[];
  newToken?: string;
  invitations: Omit<InvitationsProps, "url" | "link">;
  newInvitation?: string;
  registrationMode: RegistrationMode;
}

export function PeoplePage(p: PeopleProps) {
  const { url } = p.ctx;
  const owners = p.users.filter((user) => user.role === "owner").length;
  return (
    <Layout ctx={p.ctx} title="People" live="/live/people">
      <div class="page-head">
        <div>
          <h1>People</h1>
          <p>{`${counted(p.users.length, "account")}, ${counted(owners, "owner")}. Owners see and change everything; members look at files.`}</p>
        </div>
      </div>
      <div class="stack">
        <section class="card flush" aria-labelledby="users-title">
          <header>
            <h2 id="users-title">Users</h2>
          </header>
          <UsersTable users={p.users} me={p.me} url={url} />
        </section>
        <div class="columns">
          <section class="card" aria-labelledby="registration-title">
            <header>
              <h2 id="registration-title">Registration</h2>
            </header>
            <RegistrationForm mode={p.registrationMode} back="/admin/people" url={url} />
          </section>
          <InvitationsCard {...p.invitations} link={p.newInvitation} url={url} />
        </div>
        <TokensCard tokens={p.tokens} secret={p.newToken} url={url} />
      </div>
    </Layout>
  );
}
