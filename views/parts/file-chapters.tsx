// The chapters that a film brings along; a click goes there.

import { clockTime } from "../format.ts";
import type { PlayerFacts } from "./player.tsx";

export function FileChapters({ player }: { player: PlayerFacts | null }) {
  const chapters = player?.chapters ?? [];
  if (chapters.length === 0) return <section id="chapters" hidden />;
  return (
    <section id="chapters" class="card" aria-labelledby="chapters-title">
      <header>
        <h2 id="chapters-title">Chapters</h2>
      </header>
      <ol class="chapters">
        {chapters.map(({ startS, title }, n) => (
          <li>
            <a href={`#t=${startS}`}>
              <span>{clockTime(startS)}</span>
              <span class="break">{title ?? `Chapter ${n + 1}`}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
