// An icon by name, drawn from the sprite that the layout puts into each page. Icons are decoration: the words stand beside them.

import { type IconName, iconPaths } from "./icon-paths.ts";

export type { IconName };

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

export function IconSprite() {
  return (
    <svg class="sprite" aria-hidden="true">
      {Object.entries(iconPaths).map(([name, inner]) => (
        <symbol
          id={`i-${name}`}
          viewBox="0 0 24 24"
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-linecap="round"
          stroke-linejoin="round"
          dangerouslySetInnerHTML={{ __html: inner }}
        />
      ))}
    </svg>
  );
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
