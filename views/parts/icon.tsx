// An icon by name. Icons are decoration: the words stand beside them. Their drawings are masks in the style sheet, so that a
// page does not carry them, and take the colour of the text.

import type { IconName } from "./icon-paths.ts";

export type { IconName };

export function Icon({ name }: { name: IconName }) {
  return <i class={`icon i-${name}`} aria-hidden="true" />;
}

/** The mark: a sprocket with eight teeth. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle
        cx="16"
        cy="16"
        r="12.5"
        fill="none"
        stroke="currentColor"
        stroke-width="4"
        stroke-dasharray="5.5 4.32"
      />
      <circle cx="16" cy="16" r="7.5" fill="none" stroke="currentColor" stroke-width="4" />
      <circle cx="16" cy="16" r="2" fill="currentColor" />
    </svg>
  );
}
