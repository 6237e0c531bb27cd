// A list as a file: everything that matches, not only the page that is shown.

import { Icon } from "./icon.tsx";

export function Exports({ href, what }: { href(format: "csv" | "json"): string; what: string }) {
  return (
    <span class="row">
      {(["csv", "json"] as const).map((format) => (
        <a class="btn btn-small" href={href(format)} download>
          <Icon name="download" />
          {format.toUpperCase()}
          <span class="sr-only">{` of the ${what}`}</span>
        </a>
      ))}
    </span>
  );
}
