// Tells who watches from sessions that a server has forgotten to end: a film that says it plays but has stood at one place
// for ten minutes.

import type { ServerSession } from "./media-server.ts";

/** By session: where it was last, and since when. */
export type Seen = ReadonlyMap<string, { title: string; position: number | null; since: number }>;

const staleMs = 10 * 60_000;

export function stillMoving(
  before: Seen,
  sessions: readonly ServerSession[],
  now: number,
): { seen: Seen; moving: ServerSession[] } {
  const seen = new Map(
    sessions.map(({ id, title, position }) => {
      const last = before.get(id);
      const hasMoved = !last || position === null || last.position !== position || last.title !== title;
      return [id, { title, position, since: hasMoved ? now : last.since }];
    }),
  );
  return { seen, moving: sessions.filter(({ id }) => now - seen.get(id)!.since < staleMs) };
}
