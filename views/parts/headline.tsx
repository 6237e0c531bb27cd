// The first line of the overview: is all well, and if not, what needs a look and where. Said in words, not by colour alone.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon, type IconName } from "./icon.tsx";

export interface HeadlineProps {
  tone: "good" | "warn" | "bad" | "calm";
  /** `7 failures of 4 causes need a look`. */
  said: string;
  /** `2 running, 18 waiting, done in 3–8 min`. */
  besides: string;
  /** Where to see to it. */
  way: { href: string; label: string } | null;
}

export function Headline({ headline: h, url }: { headline: HeadlineProps; url: PageContext["url"] }) {
  return (
    <section id="headline" class={`headline headline-${h.tone}`} aria-label="State at a glance">
      <Icon name={icons[h.tone]} />
      <div>
        <p class="headline-said">{h.said}</p>
        <p class="headline-besides">{h.besides}</p>
      </div>
      {h.way ? (
        <a class="btn" href={url(h.way.href)}>
          {h.way.label}
        </a>
      ) : null}
    </section>
  );
}

const icons: Record<HeadlineProps["tone"], IconName> = {
  good: "circle-check",
  calm: "circle-check",
  warn: "triangle-alert",
  bad: "circle-x",
};
