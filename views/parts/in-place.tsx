// Acts of the people page: forms that answer in place, questions before something goes, secrets that are shown once.

import { Icon } from "./icon.tsx";

/** htmx sends it and puts the answer's parts where they belong. */
export const inPlace = { "hx-boost": "true", "hx-swap": "none", "hx-push-url": "false" };

/** Asks first: in a dialog, on a page without JavaScript. */
export function AskDelete({ href, label }: { href: string; label: string }) {
  return (
    <a class="btn-icon" href={href} data-dialog aria-label={label} title={label}>
      <Icon name="trash-2" />
    </a>
  );
}

export function ShownOnce({ id, label, value }: { id: string; label: string; value: string }) {
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
