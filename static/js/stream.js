// The page's one stream: whether it is there, how it comes back, and what screen readers hear of it.

import { $, $$, base } from "./dom.js";

const stream = $("#stream");
const notes = { lost: "#stream-lost", back: "#stream-back", out: "#signed-out", upgraded: "#upgraded" };
/** So long a page says that it is connected again. */
const backMs = 4000;
const watchMs = 5000;
/** A timer that is so late was asleep with the machine. */
const sleptMs = 30_000;

let state = "live";
let hideBack;

/** One note at a time. */
function show(next) {
  state = next;
  clearTimeout(hideBack);
  for (const [name, selector] of Object.entries(notes)) {
    const note = $(selector);
    if (note) note.hidden = name !== next;
  }
}

export function lost(status) {
  if (!stream || state === "upgraded") return;
  const isSignedOut = status === 401 || status === 403;
  show(isSignedOut ? "out" : "lost");
  if (isSignedOut)
    $("#signed-out a").search = new URLSearchParams({
      next: location.pathname.slice(base.length) + location.search,
    });
}

function connected() {
  if (state !== "lost" && state !== "out") return;
  show("back");
  hideBack = setTimeout(() => show("live"), backMs);
}

document.addEventListener("htmx:sse:error", (event) => lost(event.detail.status));
document.addEventListener("htmx:sse:before:connection", (event) => {
  // Asking on and on changes nothing until somebody signs in.
  if (state === "out" && !isAsking) event.preventDefault();
});
document.addEventListener("htmx:sse:after:connection", connected);

let isAsking = false;

/** The first connection is not tried again by the extension, nor one that ended because somebody was signed out. */
async function ask() {
  if (!stream || isAsking || document.hidden || stream._htmx?.sse) return;
  isAsking = true;
  const url = stream.getAttribute("hx-sse:connect");
  try {
    // Not by htmx at once: whoever is signed out would be led away from what they have typed.
    const answer = await fetch(url, { headers: { Accept: "text/event-stream" } });
    await answer.body?.cancel();
    if (!answer.ok) return lost(answer.status);
    await htmx.ajax("GET", url, { source: stream });
  } catch {
    lost();
  } finally {
    isAsking = false;
  }
}

/** What a sleeping machine had open may hang for minutes: a new connection brings everything anew. */
function renew() {
  const sse = stream?._htmx?.sse;
  if (!sse) return void ask();
  sse.delayCanceller?.();
  sse.reader?.cancel();
}

let watchedAt = Date.now();
setInterval(() => {
  const slept = Date.now() - watchedAt > sleptMs;
  watchedAt = Date.now();
  if (document.hidden) return;
  if (slept) renew();
  else if (state === "lost") ask();
}, watchMs);
addEventListener("online", renew);
document.addEventListener("visibilitychange", () => {
  // A hidden page's timers rest, and its stream is closed and opened again by itself.
  watchedAt = Date.now();
  if (!document.hidden && state === "out") ask();
});

const build = $("#build");
const mine = build?.dataset.build;
if (build)
  new MutationObserver(() => {
    if (build.dataset.build !== mine) show("upgraded");
  }).observe(build, { attributeFilter: ["data-build"] });

let announcedAt = 0;
new MutationObserver(() => {
  if (Date.now() - announcedAt < 20000) return;
  const figures = $$("#tiles .tile").map(
    (tile) => `${$(".label", tile).textContent.trim()} ${$(".value", tile).textContent}`,
  );
  const words = figures.join(", ");
  // A time that goes on is no news.
  if ($("#announce").textContent === words) return;
  announcedAt = Date.now();
  $("#announce").textContent = words;
}).observe($("#tiles") ?? document.createElement("i"), {
  subtree: true,
  childList: true,
  characterData: true,
});
