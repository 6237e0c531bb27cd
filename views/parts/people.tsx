// Who may come in and who is here: registration and users. Each part is swapped as a whole, so that a control that
// was refused shows the value that still holds.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { AskDelete, inPlace } from "./in-place.tsx";
import { When } from "./when.tsx";

type Url = PageContext["url"];
export type RegistrationMode = "open" | "invite" | "closed";

interface RegistrationProps {
  mode: RegistrationMode;
  /** The page it stands on. */
  back: string;
  url: Url;
}

export function RegistrationForm({ mode, back, url }: RegistrationProps) {
  return (
    <form
      id="registration"
      method="post"
      action={url("/admin/registration")}
      class="stack-tight"
      data-at-once
      {...inPlace}
    >
      <input type="hidden" name="back" value={back} />
      <fieldset class="segments">
        <legend class="sr-only">Registration</legend>
        {(["open", "invite", "closed"] as const).map((m) => (
          <label>
            <input type="radio" name="mode" value={m} checked={m === mode} />
            {modeLabels[m]}
          </label>
        ))}
      </fieldset>
      <p class="muted">{modeMeanings[mode]}</p>
      <button type="submit" class="btn btn-small without-js">
        Apply
      </button>
    </form>
  );
}

const modeLabels = { open: "Open", invite: "Invite only", closed: "Closed" };
const modeMeanings = {
  open: "Anyone who reaches this server may make an account.",
  invite: "Whoever holds an invitation link may make one account.",
  closed: "Nobody may make an account.",
};

export interface PeopleSummaryProps {
  people: {
    owners: number;
    members: number;
    /** Links that still work. */
    openInvitations: number;
    registrationMode: RegistrationMode;
    lastSeen: { name: string; at: Date } | null;
  };
  url: Url;
}

export function PeopleSummary({ people: p, url }: PeopleSummaryProps) {
  return (
    <p class="muted" id="people-summary">
      {`${counted(p.owners, "owner")}, ${counted(p.members, "member")}`}
      {p.openInvitations > 0 ? (
        <>
          {" · "}
          <a href={url("/admin/people#invitations")}>{counted(p.openInvitations, "open invitation")}</a>
        </>
      ) : null}
      {p.lastSeen ? (
        <>
          {` · ${p.lastSeen.name} was here `}
          <When at={p.lastSeen.at} />
        </>
      ) : null}
    </p>
  );
}

export interface UserLine {
  id: string;
  name: string;
  email: string;
  role: "owner" | "member";
  createdAt: Date;
  lastSeenAt: Date | null;
}

export function UsersTable({ users, me, url }: { users: UserLine[]; me: string; url: Url }) {
  const owners = users.filter((u) => u.role === "owner").length;
  return (
    <table class="table cards" id="users">
      <caption class="sr-only">Users</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">E-mail</th>
          <th scope="col">Role</th>
          <th scope="col">Created</th>
          <th scope="col">Last seen</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {users.map((u) => (
          <tr id={`user-${u.id}`}>
            <th scope="row" class="break">
              {u.name} {u.id === me ? <span class="badge">you</span> : null}
            </th>
            <td data-label="E-mail" class="break">
              {u.email}
            </td>
            <td data-label="Role">
              <RoleForm user={u} isLastOwner={u.role === "owner" && owners === 1} url={url} />
            </td>
            <td data-label="Created" class="muted">
              <When at={u.createdAt} />
            </td>
            <td data-label="Last seen" class="muted">
              {u.lastSeenAt ? <When at={u.lastSeenAt} /> : "never"}
            </td>
            <td class="num">
              {u.id === me ? null : (
                <AskDelete href={url(`/admin/users/${u.id}/delete`)} label={`Delete ${u.name}`} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RoleForm({ user, isLastOwner, url }: { user: UserLine; isLastOwner: boolean; url: Url }) {
  const other = user.role === "owner" ? "member" : "owner";
  return (
    <form method="post" action={url(`/admin/users/${user.id}/role`)} class="row" {...inPlace}>
      <span class={user.role === "owner" ? "badge badge-running" : "badge"}>{user.role}</span>
      {isLastOwner ? (
        <span class="muted" title="Make somebody else an owner first">
          the last owner stays
        </span>
      ) : (
        <button
          type="submit"
          class="btn btn-small"
          name="role"
          value={other}
          aria-label={`${other === "owner" ? "Promote" : "Demote"} ${user.name}`}
        >
          {other === "owner" ? "Promote" : "Demote"}
        </button>
      )}
    </form>
  );
}
