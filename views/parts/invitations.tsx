// Invitations: links that let one person make one account, once, until they expire.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";
import { AskDelete, inPlace, ShownOnce } from "./in-place.tsx";
import { When } from "./when.tsx";

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
  url: PageContext["url"];
}

export function InvitationsCard({ invitations, inviting, link, url }: InvitationsProps) {
  return (
    <section class="card" id="invitations" aria-labelledby="invitations-title">
      <header>
        <h2 id="invitations-title">Invitations</h2>
        <InvitingNote inviting={inviting} />
      </header>
      <div class="stack-tight">
        {link ? (
          <ShownOnce
            id="invitation-link"
            label="Invitation link: copy it now, it is not shown again"
            value={link}
          />
        ) : null}
        <form method="post" action={url("/admin/invitations")} class="invite" {...inPlace}>
          <div class="field">
            <label for="invite-note">For whom</label>
            <input class="input" id="invite-note" name="note" maxlength={200} placeholder="Grandma" />
          </div>
          <div class="field">
            <label for="invite-days">Works for</label>
            <select class="select" id="invite-days" name="days">
              <option value="1">1 day</option>
              <option value="7" selected>
                7 days
              </option>
              <option value="30">30 days</option>
            </select>
          </div>
          <button type="submit" class="btn">
            <Icon name="plus" />
            Invite
          </button>
        </form>
        <InvitationList invitations={invitations} url={url} />
      </div>
    </section>
  );
}

/** Beside the links: whether they work now. */
export function InvitingNote({ inviting }: Pick<InvitationsProps, "inviting">) {
  return (
    <p id="inviting" hidden={inviting}>
      Their links work while registration is “Invite only”.
    </p>
  );
}

export function InvitationList({ invitations, url }: Pick<InvitationsProps, "invitations" | "url">) {
  return (
    <div id="invitation-list">
      {invitations.length === 0 ? (
        <p class="muted">No invitations yet. Each lets one person make one account, once.</p>
      ) : (
        <ul class="lines">
          {invitations.map((i) => (
            <li id={`invitation-${i.id}`}>
              <span class="break">{i.note ?? `Invitation ${i.id}`}</span>
              <span class="muted">
                {i.state === "open" ? (
                  <>
                    <span class="badge badge-running">open</span> ends <When at={i.expiresAt} />
                  </>
                ) : (
                  <span class="badge">{i.state}</span>
                )}
              </span>
              <AskDelete
                href={url(`/admin/invitations/${i.id}/delete`)}
                label={`${i.state === "open" ? "Take back" : "Remove"} ${i.note ?? `invitation ${i.id}`}`}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
