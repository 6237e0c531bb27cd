// Moments in time. The server writes the date; app.js shows how long ago it is and keeps that true, so that a fragment of
// the page only changes when the fact changes.

import { dateTime } from "../format.ts";

/** "3 min ago", or "in 5 min". */
export function When({ at }: { at: Date }) {
  return (
    <time datetime={at.toISOString()} data-ago>
      {dateTime(at)}
    </time>
  );
}

/** A clock that runs: "1 min 12 s" since `at`. */
export function Since({ at }: { at: Date }) {
  return (
    <time datetime={at.toISOString()} data-since>
      {`since ${dateTime(at)}`}
    </time>
  );
}
