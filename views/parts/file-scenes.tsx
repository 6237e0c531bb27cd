// The scenes of a film as a strip of pictures; a click goes there.

import type { SceneView } from "../../src/library/scenes.ts";
import { clockTime, counted } from "../format.ts";
import type { Seer } from "./file-history.tsx";
import { Icon } from "./icon.tsx";

export function FileScenes({ ctx, scenes }: { ctx: Seer; scenes: SceneView[] }) {
  // One shot from end to end is no table of contents.
  if (scenes.length < 2) return <section id="scenes" hidden />;
  return (
    <section id="scenes" class="card" aria-labelledby="scenes-title">
      <header>
        <h2 id="scenes-title">Scenes</h2>
        <span class="muted">{counted(scenes.length, "scene")}</span>
      </header>
      <ol class="scene-strip">
        {scenes.map((scene) => (
          <li>
            <a href={`#t=${scene.startMs / 1000}`}>
              {scene.url ? (
                <img src={ctx.url(scene.url)} alt="" loading="lazy" width="160" height="90" />
              ) : (
                <span class="scene-none">
                  <Icon name="image" />
                </span>
              )}
              <span class="scene-time num">
                <span class="sr-only">{`Scene ${scene.number} at `}</span>
                {clockTime(scene.startMs / 1000)}
              </span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
