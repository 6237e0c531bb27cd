// What one may do with the ticked jobs. It floats at the foot of the list, so that ticking moves nothing.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon, type IconName } from "./icon.tsx";

export function BulkBar({ url }: { url: PageContext["url"] }) {
  return (
    <form
      id="bulk"
      class="bulk"
      method="post"
      action={url("/admin/jobs/bulk")}
      aria-label="Ticked jobs"
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
    >
      <p class="bulk-what">
        <b id="ticked" aria-live="polite">
          With the ticked jobs:
        </b>
        <a id="bulk-all" href={url("/admin/jobs/all")} data-dialog hidden>
          Select all
        </a>
      </p>
      <div class="bulk-verbs">
        {verbs.map(({ verb, label, icon, asks }) => (
          <button
            type="submit"
            class={verb === "remove" ? "btn btn-small btn-quiet-danger" : "btn btn-small"}
            name="verb"
            value={verb}
            data-verb={verb}
            {...(asks
              ? { formaction: url("/admin/jobs/bulk/ask"), formmethod: "get" as const, "data-asks": "" }
              : {})}
          >
            <Icon name={icon} />
            {label}
            <span class="count" data-count />
          </button>
        ))}
      </div>
      <button type="button" class="btn-icon needs-js" data-untick title="Untick all" aria-label="Untick all">
        <Icon name="x" />
      </button>
    </form>
  );
}

const verbs: { verb: string; label: string; icon: IconName; asks?: boolean }[] = [
  { verb: "retry", label: "Retry", icon: "rotate-ccw" },
  { verb: "pause", label: "Pause", icon: "pause" },
  { verb: "resume", label: "Resume", icon: "play" },
  { verb: "acknowledge", label: "Clear failures", icon: "eraser" },
  { verb: "cancel", label: "Cancel…", icon: "x", asks: true },
  { verb: "remove", label: "Remove…", icon: "trash-2", asks: true },
];
