// One labelled input of a form, with its hint and what is wrong with it tied to it for screen readers.

export interface FieldProps {
  name: string;
  label: string;
  type?: "text" | "email" | "password" | "search";
  value?: string;
  hint?: unknown;
  error?: string;
  autocomplete?: string;
  required?: boolean;
  minlength?: number;
  maxlength?: number;
  autofocus?: boolean;
  /** Of a datalist. */
  list?: string;
}

export function FormField({ name, label, type = "text", hint, error, ...input }: FieldProps) {
  const described = [hint ? `${name}-hint` : "", error ? `${name}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        class="input"
        id={name}
        name={name}
        type={type}
        aria-describedby={described || undefined}
        aria-invalid={error ? "true" : undefined}
        {...input}
      />
      {hint ? (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** What is wrong with a form as a whole, read aloud when the page comes back. */
export function FormError({ message }: { message: string | undefined }) {
  if (!message) return null;
  return (
    <p class="banner banner-bad" role="alert">
      {message}
    </p>
  );
}
