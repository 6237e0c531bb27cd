// Who may come in and who is here: registration, users, invitations, one's own tokens. Each part is swapped as a whole, so
// that a control that was refused shows the value that still holds.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

type Url = PageContext["url"];
const inPlace = { "hx-boost": "true", "hx-swap": "none", "hx-push-url": "false" };

export type RegistrationMode = "open" | "invite" | "closed";

export function RegistrationForm({ mode, url }: { mode: RegistrationMode; url: Url }) {
  return (
    <form
      id="registration"
      method="post"
      action={url("/admin/registration")}
      class="stack-tight"
      data-at-once
      {...inPlace}
    >
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
            <td data-label="Name">
              <span>
                {u.name} {u.id === me ? <span class="badge">you</span> : null}
              </span>
            </td>
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
                <form
                  method="post"
                  action={url(`/admin/users/${u.id}/delete`)}
                  {...inPlace}
                  hx-confirm={`Delete the account of ${u.name}? Sessions and tokens go with it; files stay.`}
                >
                  <button type="submit" class="btn-icon" aria-label={`Delete ${u.name}`} title="Delete">
                    <Icon name="trash-2" />
                  </button>
                </form>
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
          last owner
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

export interface InvitationsProps {
  invitations: {
    id: number;
    note: string | null;
    createdAt: Date;
    expiresAt: Date;
    state: "open" | "used" | "expired";
  }[];
  /** Registration is by invitation now: the links work. */
  inviting: boolean;
  /** Of the invitation just made; shown this once. */
  link?: string;
  url: Url;
}

export function InvitationsCard({ invitations, inviting, link, url }: InvitationsProps) {
  return (
    <section class="card" id="invitations" aria-labelledby="invitations-title">
      <header>
        <h2 id="invitations-title">Invitations</h2>
        {inviting ? null : <p>Links work while registration is “Invite only”.</p>}
      </header>
      <div class="stack-tight">
        {link ? (
          <ShownOnce
            id="invitation-link"
            label="Invitation link: copy it now, it is not shown again"
            value={link}
          />
        ) : null}
        <form method="post" action={url("/admin/invitations")} class="row" {...inPlace}>
          <input
            class="input input-narrow grow"
            name="note"
            maxlength={200}
            placeholder="For whom"
            aria-label="For whom"
          />
          <button type="submit" class="btn">
            <Icon name="plus" />
            Invite
          </button>
        </form>
        {invitations.length === 0 ? (
          <p class="muted">No invitations yet.</p>
        ) : (
          <ul class="lines">
            {invitations.map((i) => (
              <li>
                <span class="break">{i.note ?? `Invitation ${i.id}`}</span>
                <span class="muted nowrap">
                  {i.state === "open" ? (
                    <>
                      expires <When at={i.expiresAt} />
                    </>
                  ) : (
                    i.state
                  )}
                </span>
                <Delete
                  action={url(`/admin/invitations/${i.id}/delete`)}
                  label={`Take back ${i.note ?? `invitation ${i.id}`}`}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

export interface TokenLine {
  id: number;
  name: string;
  hint: string;
  scopes: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

export function TokensCard({ tokens, secret, url }: { tokens: TokenLine[]; secret?: string; url: Url }) {
  return (
    <section class="card" id="tokens" aria-labelledby="tokens-title">
      <header>
        <h2 id="tokens-title">Your API tokens</h2>
      </header>
      <div class="stack-tight">
        {secret ? (
          <ShownOnce id="token-secret" label="Token: copy it now, it is not shown again" value={secret} />
        ) : null}
        <form method="post" action={url("/admin/tokens")} class="row" {...inPlace}>
          <input
            class="input input-narrow grow"
            name="name"
            maxlength={100}
            required
            placeholder="What for"
            aria-label="What the token is for"
          />
          {(["read", "write", "admin"] as const).map((scope) => (
            <label class="check">
              <input type="checkbox" name="scopes" value={scope} checked={scope === "read"} />
              {scope}
            </label>
          ))}
          <button type="submit" class="btn">
            <Icon name="plus" />
            Make
          </button>
        </form>
        {tokens.length === 0 ? (
          <p class="muted">No tokens yet.</p>
        ) : (
          <ul class="lines">
            {tokens.map((t) => (
              <li>
                <span class="break">
                  {t.name} <span class="muted mono">{`${t.hint}…`}</span>{" "}
                  <small class="muted">{t.scopes.join(", ")}</small>
                </span>
                <span class="muted nowrap">
                  {t.lastUsedAt ? (
                    <>
                      used <When at={t.lastUsedAt} />
                    </>
                  ) : (
                    "never used"
                  )}
                </span>
                <Delete action={url(`/admin/tokens/${t.id}/delete`)} label={`Revoke ${t.name}`} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function Delete({ action, label }: { action: string; label: string }) {
  return (
    <form method="post" action={action} {...inPlace} hx-confirm={`${label}?`}>
      <button type="submit" class="btn-icon" aria-label={label} title={label}>
        <Icon name="trash-2" />
      </button>
    </form>
  );
}

function ShownOnce({ id, label, value }: { id: string; label: string; value: string }) {
  return (
    <div class="field once">
      <label for={id}>{label}</label>
      <div class="copy">
        <input class="input" id={id} value={value} readonly />
        <button type="button" class="btn needs-js" data-copy={`#${id}`}>
          <Icon name="copy" />
          <span>Copy</span>
        </button>
      </div>
    </div>
  );
}
