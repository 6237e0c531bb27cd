// Sign-in: one card. The same words for an unknown e-mail as for a wrong password.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { FormError, FormField } from "../parts/form-field.tsx";
import { Mark } from "../parts/icon.tsx";

export interface SignInProps {
  ctx: PageContext;
  email?: string;
  error?: string;
  /** Where to go afterwards, below the base path. */
  next: string;
  /** Whether a stranger may make an account here. */
  mode: "open" | "invite" | "closed";
}

export function SignInPage({ ctx, email, error, next, mode }: SignInProps) {
  return (
    <Layout ctx={ctx} title="Sign in" bare>
      <div class="card door">
        <header>
          <h1 class="door-title">
            <Mark />
            Sign in to Sprocket
          </h1>
        </header>
        <FormError message={error} />
        <form method="post" action={ctx.url("/sign-in")} class="stack">
          <input type="hidden" name="next" value={next} />
          <FormField
            name="email"
            label="E-mail"
            type="email"
            value={email}
            autocomplete="username"
            required
            autofocus={!email}
          />
          <FormField
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            required
            autofocus={!!email}
          />
          <button class="btn btn-primary" type="submit">
            Sign in
          </button>
        </form>
        <p class="muted door-foot">
          {mode === "open" ? (
            <>
              No account yet? <a href={ctx.url("/sign-up")}>Sign up</a>
            </>
          ) : mode === "invite" ? (
            "New here? Open the invitation link that an owner sent you."
          ) : (
            "New accounts are closed. An owner can reset a forgotten password on the server: sprocket user reset-password."
          )}
        </p>
      </div>
    </Layout>
  );
}
