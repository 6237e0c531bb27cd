// The dashboard's four figures; each leads to its list.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { When } from "./when.tsx";

export interface Totals {
  running: number;
  waiting: number;
  delayed: number;
  failed: number;
  paused: number;
  finished: number;
  /** Since when the oldest waits. */
  oldestAt: Date | null;
}

interface TilesProps {
  totals: Totals;
  /** Causes of failure that nobody has dealt with. */
  problems: number;
  url: PageContext["url"];
}

export function Tiles({ totals: t, problems, url }: TilesProps) {
  return (
    <div class="tiles" id="tiles">
      <Tile label="Active" icon="play" n={t.running} href={url("/admin/jobs?status=running")}>
        {t.running > 0 ? "running now" : "nothing runs"}
      </Tile>
      <Tile label="Waiting" icon="clock" n={t.waiting} href={url("/admin/jobs?status=waiting")}>
        {t.oldestAt ? (
          <>
            {"oldest "}
            <When at={t.oldestAt} />
          </>
        ) : (
          "nothing waits"
        )}
      </Tile>
      <Tile label="Delayed" icon="rotate-ccw" n={t.delayed} href={url("/admin/jobs?status=delayed")}>
        {t.paused > 0 ? `and ${number(t.paused)} paused one by one` : "to be tried again later"}
      </Tile>
      <Tile
        label="Failed"
        icon="triangle-alert"
        n={t.failed}
        href={url("/admin/jobs?status=failed")}
        tone={t.failed ? "bad" : ""}
      >
        {t.failed === 0 ? "none to look at" : `of ${counted(Math.max(1, problems), "cause")}`}
      </Tile>
    </div>
  );
}

interface TileProps {
  label: string;
  icon: IconName;
  n: number;
  href: string;
  tone?: string;
  children: unknown;
}

function Tile({ label, icon, n, href, tone, children }: TileProps) {
  return (
    <a class="tile" href={href}>
      <span class="label">
        <Icon name={icon} />
        {label}
      </span>
      <span class={`value ${tone ?? ""}`}>{number(n)}</span>
      <span class="note">{children}</span>
    </a>
  );
}
