// The map: where pictures and videos were taken. Without scripts a list of places.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Cluster } from "../../src/library/map-places.ts";
import { counted, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import type { Shot } from "../parts/file-shot.tsx";
import { Icon } from "../parts/icon.tsx";
import { StripShot } from "../parts/timeline-days.tsx";
import { ViewTabs } from "../parts/view-tabs.tsx";

interface AreaProps {
  ctx: Pick<PageContext, "url">;
  bbox: string;
  shots: Shot[];
  /** Where the next page begins. */
  next: number | null;
  total: number;
}

export interface MapProps extends AreaProps {
  ctx: PageContext;
  placed: number;
  /** Pictures and videos of which no place is known. */
  unplaced: number;
  /** As a list, where somebody asked for it. */
  places: Cluster[] | null;
  /** The template of tile addresses; null: no tiles. */
  tiles: string | null;
}

export function MapPage(props: MapProps) {
  const { ctx, placed, unplaced, tiles, bbox } = props;
  const owner = ctx.user?.role === "owner";
  return (
    <Layout
      ctx={ctx}
      title="Map"
      scripts={["map.js", "lightbox.js"]}
      vendor={["leaflet.js", "leaflet.css", "photoswipe.js", "photoswipe.css"]}
      wide
    >
      <ViewTabs ctx={ctx} />
      <header class="page-head">
        <div>
          <h1>Map</h1>
          <p>
            {placed === 0
              ? "No file with a place yet"
              : `${counted(placed, "file has", "files have")} a place`}
            {unplaced > 0 ? `, ${number(unplaced)} without` : null}
            {owner && !tiles ? (
              <>
                {" · "}
                <a href={ctx.url("/admin/settings#mapTiles")}>Streets are off</a>: tiles would tell another
                server where you look.
              </>
            ) : null}
          </p>
        </div>
      </header>
      {placed === 0 ? <NoPlaces /> : null}
      {placed > 0 ? (
        <div class="map-frame" data-panel={bbox ? "" : undefined}>
          <div
            id="map"
            class="map needs-js"
            role="application"
            aria-label="Map of where files were taken"
            data-places={ctx.url("/api/map")}
            data-files={ctx.url("/map")}
            data-tiles={tiles ?? undefined}
          />
          <section id="map-panel" class="map-panel" aria-label="Files of the place" aria-live="polite">
            {bbox ? <AreaFiles {...props} /> : null}
          </section>
        </div>
      ) : null}
      {placed > 0 ? <Places ctx={ctx} places={props.places} /> : null}
    </Layout>
  );
}

/** What lies in an area. */
export function AreaFiles({ ctx, bbox, shots, next, total }: AreaProps) {
  const query = `bbox=${encodeURIComponent(bbox)}&from=${next}`;
  return (
    <>
      <div class="section-head">
        <h2>{counted(total, "file")} here</h2>
        <a class="btn-icon" href={ctx.url("/map")} data-map-close aria-label="Close">
          <Icon name="x" />
        </a>
      </div>
      <ul class="strip" id="shots">
        {shots.map((shot) => (
          <StripShot shot={shot} />
        ))}
        {next === null ? null : (
          <li class="shots-more">
            <a
              class="btn"
              href={ctx.url(`/map?${query}`)}
              hx-get={ctx.url(`/map?${query}&part=files`)}
              hx-trigger="intersect once, click"
              hx-target="closest li"
              hx-select="#shots > li"
              hx-swap="outerHTML"
            >
              More files
            </a>
          </li>
        )}
      </ul>
    </>
  );
}

function Places({ ctx, places }: Pick<MapProps, "ctx" | "places">) {
  if (!places)
    return (
      <p class="map-places">
        <a href={ctx.url("/map?list=1")}>Places as a list</a>
      </p>
    );
  return (
    <section class="map-places" aria-label="Places">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col" class="num">
              Files
            </th>
          </tr>
        </thead>
        <tbody>
          {places.map(({ lat, lon, files, area: { west, south, east, north } }) => (
            <tr>
              <th scope="row">
                <a href={ctx.url(`/map?bbox=${[west, south, east, north].join(",")}`)}>{inWords(lat, lon)}</a>
              </th>
              <td class="num">{number(files)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function inWords(lat: number, lon: number): string {
  const degrees = (n: number, plus: string, minus: string) =>
    `${Math.abs(n).toFixed(1)}° ${n < 0 ? minus : plus}`;
  return `${degrees(lat, "N", "S")}, ${degrees(lon, "E", "W")}`;
}

function NoPlaces() {
  return (
    <div class="empty card">
      <b>No places yet.</b>
      Pictures and videos that a phone took usually know where: they appear here once they have been looked
      at.
    </div>
  );
}
