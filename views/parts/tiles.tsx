// The dashboard's four figures; each leads to its list.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";

export interface Totals {
  running: number;
  waiting: number;
  delayed: number;
  failed: number;
  paused: number;
  finished: number;
}

export function Tiles({ totals, url }: { totals: Totals; url: PageContext["url"] }) {
  return (
    <div class="tiles" id="tiles">
      <Tile label="Active" icon="play" n={totals.running} href={url("/admin/jobs?status=running")} />
      <Tile label="Waiting" icon="clock" n={totals.waiting} href={url("/admin/jobs?status=waiting")} />
      <Tile label="Delayed" icon="rotate-ccw" n={totals.delayed} href={url("/admin/jobs?status=delayed")} />
      <Tile
        label="Failed"
        icon="triangle-alert"
        n={totals.failed}
        href={url("/admin/jobs?status=failed")}
        tone={totals.failed ? "bad" : ""}
      />
    </div>
  );
}

interface TileProps {
  label: string;
  icon: IconName;
  n: number;
  href: string;
  tone?: string;
}

function Tile({ label, icon, n, href, tone }: TileProps) {
  return (
    <a class="tile" href={href}>
      <span class="label">
        <Icon name={icon} />
        {label}
      </span>
      <span class={`value ${tone ?? ""}`}>{number(n)}</span>
    </a>
  );
}
