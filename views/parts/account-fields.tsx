// The fields of a new account: the same on the first run and at sign-up. A password is never sent back to the page.

import { FormField } from "./form-field.tsx";

export interface AccountFields {
  name?: string;
  email?: string;
}

/** What is wrong, by field. */
export type FieldErrors = Record<string, string>;

interface Props {
  values: AccountFields;
  errors: FieldErrors;
  passwordLength: { min: number; max: number };
}

export function AccountFormFields({ values, errors, passwordLength: { min, max } }: Props) {
  return (
    <>
      <FormField
        name="name"
        label="Name"
        value={values.name}
        error={errors.name}
        autocomplete="name"
        required
        maxlength={100}
        autofocus
      />
      <FormField
        name="email"
        label="E-mail"
        type="email"
        value={values.email}
        error={errors.email}
        autocomplete="username"
        required
        maxlength={254}
      />
      <FormField
        name="password"
        label="Password"
        type="password"
        hint={`At least ${min} characters. Any characters, and long beats complicated.`}
        error={errors.password}
        autocomplete="new-password"
        required
        minlength={min}
        maxlength={max}
      />
    </>
  );
}
