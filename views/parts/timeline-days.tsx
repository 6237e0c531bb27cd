// Days of the timeline, each in rows that fill the width: a picture keeps its shape, and all of a row are equally high.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { type Shot, TypeBadge, troubleOf, typeIcons, typeNames } from "./file-shot.tsx";
import { Icon } from "./icon.tsx";

export interface TimelineView {
  library: number | null;
  type: "" | "image" | "video";
  /** As it was asked for: `2024-07`. */
  to: string;
}

export interface Day {
  /** `2024-07-14` */
  day: string;
  shots: Shot[];
  /** It began on the page before. */
  continues: boolean;
  isNewMonth: boolean;
}

interface DaysProps {
  ctx: Pick<PageContext, "url">;
  view: TimelineView;
  days: Day[];
  next: string | null;
}

export function DaysPart({ ctx, view, days, next }: DaysProps) {
  return (
    <>
      {days.map(({ day, shots, continues, isNewMonth }) => (
        <li class="day" data-month={day.slice(0, 7)} id={continues ? undefined : `day-${day}`}>
          {isNewMonth ? <h2 class="month">{monthName(day)}</h2> : null}
          {continues ? null : <h3>{dayName(day)}</h3>}
          <ul class="strip">
            {shots.map((shot) => (
              <StripShot shot={shot} />
            ))}
          </ul>
        </li>
      ))}
      {next ? (
        <li class="shots-more">
          <a
            class="btn"
            href={timelineHref(ctx, view, { after: next })}
            hx-get={timelineHref(ctx, view, { after: next, part: "more" })}
            hx-trigger="intersect once rootMargin:900px, click"
            hx-target="closest li"
            hx-swap="outerHTML"
          >
            Older days
          </a>
        </li>
      ) : null}
    </>
  );
}

export function StripShot({ shot: { file, href, picture, preview } }: { shot: Shot }) {
  return (
    <li
      id={`file-${file.id}`}
      class={`shot r${shapeOf(picture)}`}
      data-type={file.type}
      data-at={file.capturedAt?.toISOString()}
      data-px={file.type === "image" && file.width ? Math.max(file.width, file.height ?? 0) : undefined}
      data-preview={preview}
    >
      <a href={href}>
        <span class="shot-frame">
          {picture ? (
            <img
              src={picture.src(640)}
              width={picture.width}
              height={picture.height}
              loading="lazy"
              decoding="async"
              alt={`${typeNames[file.type]} ${file.name}`}
            />
          ) : (
            <span class="shot-none">
              <Icon name={typeIcons[file.type]} />
              <span class="shot-why">{troubleOf(file) ?? file.name}</span>
            </span>
          )}
          <TypeBadge file={file} />
        </span>
      </a>
    </li>
  );
}

/** Width to height in tenths, between the shapes that still make good rows. */
function shapeOf(picture: Shot["picture"]): number {
  if (!picture || picture.height === 0) return 13;
  return Math.min(24, Math.max(6, Math.round((picture.width / picture.height) * 10)));
}

export function timelineHref(
  { url }: Pick<PageContext, "url">,
  view: Partial<TimelineView>,
  more: Record<string, string> = {},
): string {
  const query = new URLSearchParams({
    ...(view.library && { library: String(view.library) }),
    ...(view.type && { type: view.type }),
    ...(view.to && { to: view.to }),
    ...more,
  });
  return url(`/timeline${query.size > 0 ? `?${query}` : ""}`);
}

const inUtc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
const months = inUtc({ month: "long", year: "numeric" });
const days = inUtc({ weekday: "short", day: "numeric", month: "long", year: "numeric" });

/** `2024-07…` is July 2024. */
export function monthName(day: string): string {
  return months.format(new Date(`${day.slice(0, 7)}-01T00:00:00Z`));
}

function dayName(day: string): string {
  return days.format(new Date(`${day}T00:00:00Z`));
}
