// One's own account: who one is here, and the password.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { FormError, FormField } from "../parts/form-field.tsx";

export interface AccountProps {
  ctx: PageContext;
  /** What is wrong, by field. */
  errors: Record<string, string>;
  error?: string;
  passwordLength: { min: number; max: number };
}

export function AccountPage({ ctx, errors, error, passwordLength: { min, max } }: AccountProps) {
  const { name, email, role } = ctx.user!;
  return (
    <Layout ctx={ctx} title="Your account">
      <div class="page-head">
        <div>
          <h1>Your account</h1>
          <p class="break">{`${name} · ${email} · ${role}`}</p>
        </div>
      </div>
      <section class="card narrow" aria-labelledby="password-title">
        <header>
          <h2 id="password-title">Change your password</h2>
          <p>Every other browser is signed out. API tokens keep working.</p>
        </header>
        <FormError message={error} />
        <form method="post" action={ctx.url("/account/password")} class="stack">
          {/* Password managers want to know whose it is. */}
          <input type="text" value={email} autocomplete="username" hidden readonly />
          <FormField
            name="current"
            label="Current password"
            type="password"
            error={errors.current}
            autocomplete="current-password"
            required
          />
          <FormField
            name="password"
            label="New password"
            type="password"
            hint={`At least ${min} characters. Any characters, and long beats complicated.`}
            error={errors.password}
            autocomplete="new-password"
            required
            minlength={min}
            maxlength={max}
          />
          <div class="row">
            <button class="btn btn-primary" type="submit">
              Change password
            </button>
          </div>
        </form>
      </section>
    </Layout>
  );
}
