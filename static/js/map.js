// The map. Without tiles from elsewhere it draws the land and a grid itself.

import { $ } from "./dom.js";
import "./hover-preview.js";
import { vendored } from "./vendored.js";

const place = $("#map");
/** A cluster of so few is shown, not zoomed into. */
const few = 12;
const deepest = 18;

if (place)
  start().catch(() => {
    place.hidden = true;
  });

async function start() {
  await Promise.all([vendored("leaflet.js"), vendored("leaflet.css")]);
  const { L } = window;
  const { tiles } = place.dataset;
  const map = L.map(place, {
    minZoom: 1,
    maxZoom: deepest,
    worldCopyJump: true,
    zoomControl: true,
    attributionControl: Boolean(tiles),
  });
  if (tiles) addTiles(L, map, tiles);
  else await addLand(L, map);
  const markers = L.layerGroup().addTo(map);
  let asked = 0;

  const show = async () => {
    const mine = ++asked;
    const query = new URLSearchParams({
      zoom: String(map.getZoom()),
      bbox: boxOf(map.getBounds()),
      files: "false",
    });
    const answer = await fetch(`${place.dataset.places}?${query}`);
    if (!answer.ok || mine !== asked) return;
    const { clusters } = await answer.json();
    if (mine !== asked) return;
    markers.clearLayers();
    for (const cluster of clusters) marker(L, map, cluster).addTo(markers);
  };

  map.on("moveend", show);
  await begin(L, map);

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-map-close]")) return;
    event.preventDefault();
    $("#map-panel").replaceChildren();
    frame(map, false);
    history.replaceState(history.state, "", location.pathname);
  });
}

/** Where the address says, else all there is. */
async function begin(L, map) {
  const box = new URL(location.href).searchParams.get("bbox")?.split(",").map(Number);
  if (box?.length === 4 && box.every(Number.isFinite))
    return map.fitBounds(boundsOf(L, { west: box[0], south: box[1], east: box[2], north: box[3] }), {
      maxZoom: 14,
      padding: [60, 60],
    });
  const answer = await fetch(`${place.dataset.places}?zoom=0&files=false`);
  const { clusters } = answer.ok ? await answer.json() : { clusters: [] };
  if (clusters.length === 0) return map.setView([25, 10], 2);
  const all = L.latLngBounds([]);
  for (const { area } of clusters) all.extend(boundsOf(L, area));
  map.fitBounds(all, { maxZoom: 10, padding: [60, 60] });
}

function marker(L, map, { lat, lon, files, picture, area }) {
  const size = files === 1 ? 46 : Math.min(72, 50 + Math.round(Math.log10(files) * 8));
  const html = document.createElement("span");
  html.append(
    picture
      ? Object.assign(new Image(), { src: picture, alt: "" })
      : Object.assign(document.createElement("i"), { className: "icon i-images" }),
  );
  if (files > 1) html.append(Object.assign(document.createElement("b"), { textContent: short(files) }));
  const icon = L.divIcon({ className: "map-pin", html, iconSize: [size, size] });
  const title = files === 1 ? "1 file" : `${files.toLocaleString()} files`;
  const pin = L.marker([lat, lon], { icon, title, alt: title, keyboard: true, riseOnHover: true });
  return pin.on("click", () => {
    const isSpot = area.north - area.south < 1e-4 && area.east - area.west < 1e-4;
    if (files <= few || isSpot || map.getZoom() >= deepest) return showFiles(map, area);
    map.flyToBounds(boundsOf(L, area), {
      padding: [60, 60],
      maxZoom: Math.max(map.getZoom() + 2, 6),
      duration: 0.5,
    });
  });
}

async function showFiles(map, { west, south, east, north }) {
  const bbox = [west, south, east, north].join(",");
  await htmx.ajax("GET", `${place.dataset.files}?bbox=${bbox}&part=files`, {
    target: "#map-panel",
    swap: "innerHTML",
  });
  history.replaceState(history.state, "", `?bbox=${bbox}`);
  frame(map, true);
}

function frame(map, isOpen) {
  $(".map-frame").toggleAttribute("data-panel", isOpen);
  map.invalidateSize();
}

function addTiles(L, map, url) {
  const isOsm = url.includes("openstreetmap.org");
  const attribution = isOsm
    ? '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors'
    : "";
  // Tile servers want to know who asks: they are told the server's address, nothing of the page.
  L.tileLayer(url, { maxZoom: 19, attribution, referrerPolicy: "strict-origin" }).addTo(map);
}

async function addLand(L, map) {
  const { land } = await import("./land.js");
  const own = { interactive: false, renderer: L.svg({ padding: 1 }) };
  for (const shift of [-360, 0, 360])
    for (const ring of land)
      L.polygon(pointsOf(ring, shift), { ...own, className: "map-land", noClip: false }).addTo(map);
  const lines = L.layerGroup().addTo(map);
  const draw = () => {
    const step = 30 / 2 ** Math.max(0, Math.min(10, Math.floor(map.getZoom() - 2)));
    const box = map.getBounds();
    lines.clearLayers();
    const line = (points) => L.polyline(points, { ...own, className: "map-grid" }).addTo(lines);
    for (let lon = Math.floor(box.getWest() / step) * step; lon <= box.getEast(); lon += step)
      line([
        [-85, lon],
        [85, lon],
      ]);
    for (
      let lat = Math.max(-80, Math.floor(box.getSouth() / step) * step);
      lat <= Math.min(85, box.getNorth());
      lat += step
    )
      line([
        [lat, box.getWest() - 180],
        [lat, box.getEast() + 180],
      ]);
  };
  map.on("moveend", draw);
}

function pointsOf(ring, shift) {
  const way = ring.split(" ").map(Number);
  const points = [];
  for (let i = 0, lon = 0, lat = 0; i < way.length; i += 2) {
    lon += way[i];
    lat += way[i + 1];
    points.push([Math.max(-85, Math.min(85, lat / 10)), lon / 10 + shift]);
  }
  return points;
}

const boundsOf = (L, { west, south, east, north }) =>
  L.latLngBounds([south, west], [north, east < west ? east + 360 : east]);
const boxOf = (bounds) =>
  [
    bounds.getWest(),
    Math.max(-90, bounds.getSouth()),
    bounds.getEast(),
    Math.min(90, bounds.getNorth()),
  ].join(",");
const short = (n) => (n < 1000 ? String(n) : `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)}k`);
