// What one may do with all failures of a cause, and the way to where it is dealt with.

import type { ShownCause } from "../../src/http/pages/cause-shown.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";

interface Props {
  p: ShownCause;
  url: PageContext["url"];
}

/** Of what stops the server no file is to blame: the way to mend it comes first, and none is held back for it. */
export function CauseActs({ p, url }: Props) {
  return (
    <div class="row">
      {p.isServerWide ? <Help p={p} url={url} /> : null}
      <Act p={p} url={url} act="retry" icon="rotate-ccw" verb={`Retry ${number(p.count)}`} />
      <Act p={p} url={url} act="ignore" icon="eye-off" verb="Ignore…" />
      {p.files === 0 || p.isServerWide ? null : (
        <Act
          p={p}
          url={url}
          act="quarantine"
          icon="ban"
          verb={p.files ? `Quarantine ${counted(p.files, "file")}…` : "Quarantine…"}
        />
      )}
      {p.isServerWide ? null : <Help p={p} url={url} />}
    </div>
  );
}

interface ActProps extends Props {
  act: "retry" | "ignore" | "quarantine";
  icon: IconName;
  verb: string;
}

function Act({ p, url, act, icon, verb }: ActProps) {
  return (
    <a
      class={act === "retry" && !p.isServerWide ? "btn btn-small btn-primary" : "btn btn-small"}
      href={url(`/admin/problems/${p.fingerprint}/${act}`)}
      data-dialog
      data-key={act === "retry" ? "r" : undefined}
    >
      <Icon name={icon} />
      {verb}
      <span class="sr-only"> {p.name}</span>
    </a>
  );
}

/** Where the cause is dealt with, when that is not the file. */
function Help({ p, url }: Props) {
  const newest = p.samples[0];
  const library = p.libraryNames[0];
  const help =
    helps[p.code] ??
    (p.code.startsWith("tool.") || p.code === "internal"
      ? newest && { label: "Log of the newest", path: `/admin/jobs/${newest.jobId}` }
      : undefined) ??
    (p.code === "input.missing" || p.code === "input.unreadable"
      ? library && { label: `Library ${library.name}`, path: `/libraries/${library.id}` }
      : undefined);
  if (!help) return null;
  return (
    <a class={p.isServerWide ? "btn btn-small btn-primary" : "btn btn-small"} href={url(help.path)}>
      {help.label}
    </a>
  );
}

const helps: Record<string, { label: string; path: string }> = {
  "tool.missing": { label: "Check the server's health", path: "/admin/health" },
  "disk.full": { label: "Check the server's health", path: "/admin/health" },
  "disk.readonly": { label: "Check the server's health", path: "/admin/health" },
  "gpu.lost": { label: "Check the server's health", path: "/admin/health" },
  "gpu.memory": { label: "Set the VRAM budget", path: "/admin/settings#vramBudgetMb" },
  "model.missing": { label: "Open the settings", path: "/admin/settings" },
  "job.stuck": { label: "Set the thresholds", path: "/admin/settings#stuckAfterS" },
  "job.orphaned": { label: "Retry orphans by itself?", path: "/admin/settings#orphanPolicy" },
  "kind.unknown": { label: "This version", path: "/admin/about" },
};
