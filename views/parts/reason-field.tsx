// Why somebody does what they are about to do.

import { FormField } from "./form-field.tsx";

export function ReasonField() {
  return (
    <FormField
      name="reason"
      label="Why"
      hint="Shown on the file's page and in the quarantine."
      required
      maxlength={500}
    />
  );
}
