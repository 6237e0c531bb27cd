// Sign-up: the form that the registration mode allows, or the reason why there is none.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { type AccountFields, AccountFormFields, type FieldErrors } from "../parts/account-fields.tsx";
import { FormError } from "../parts/form-field.tsx";
import { Mark } from "../parts/icon.tsx";

export interface SignUpProps {
  ctx: PageContext;
  /**
   * `closed`: nobody; `invitation-needed`: only with a link; `invitation-early`: the link is good, and nobody may use one;
   * `invitation-spent`: the link is used up, expired or wrong.
   */
  door: "open" | "invited" | "closed" | "invitation-needed" | "invitation-early" | "invitation-spent";
  invite?: string;
  values: AccountFields;
  errors: FieldErrors;
  error?: string;
  passwordLength: { min: number; max: number };
}

export function SignUpPage({ ctx, door, invite, values, errors, error, passwordLength }: SignUpProps) {
  const mayEnter = door === "open" || door === "invited";
  return (
    <Layout ctx={ctx} title="Sign up" bare>
      <div class="card door">
        <header>
          <h1 class="door-title">
            <Mark />
            {mayEnter ? "Make an account" : closedTitle[door]}
          </h1>
          {door === "invited" ? <p>You are invited. The link works once.</p> : null}
        </header>
        <FormError message={error} />
        {mayEnter ? (
          <form method="post" action={ctx.url("/sign-up")} class="stack">
            {invite ? <input type="hidden" name="invite" value={invite} /> : null}
            <AccountFormFields values={values} errors={errors} passwordLength={passwordLength} />
            <button class="btn btn-primary" type="submit">
              Sign up
            </button>
          </form>
        ) : (
          <p>{closedReason[door]}</p>
        )}
        <p class="muted door-foot">
          Have an account? <a href={ctx.url("/sign-in")}>Sign in</a>
        </p>
      </div>
    </Layout>
  );
}

const closedTitle = {
  closed: "Sign-up is closed",
  "invitation-needed": "Sign-up is by invitation",
  "invitation-early": "Sign-up is closed for now",
  "invitation-spent": "This invitation no longer works",
};

const closedReason = {
  closed: "This server takes no new accounts. Ask its owner to open registration or to invite you.",
  "invitation-needed": "Open the invitation link that an owner of this server sent you.",
  "invitation-early":
    "Your invitation is good, but this server takes no new accounts. Ask its owner to set registration to “Invite only”, then open the link again.",
  "invitation-spent": "Invitations work once and expire. Ask the owner for a new one.",
};
