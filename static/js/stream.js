// The page's one stream: whether it is there, and what screen readers hear of it.

import { $, $$, base } from "./dom.js";

const lostBanner = $("#stream-lost");
let isSignedOut = false;
export function lost(status) {
  isSignedOut = status === 401 || status === 403;
  if (!lostBanner) return;
  lostBanner.hidden = isSignedOut;
  $("#signed-out").hidden = !isSignedOut;
  $("#signed-out a").search = new URLSearchParams({
    next: location.pathname.slice(base.length) + location.search,
  });
}
document.addEventListener("htmx:sse:error", (event) => lost(event.detail.status));
document.addEventListener("htmx:sse:before:connection", (event) => {
  // Asking on and on changes nothing until somebody signs in.
  if (isSignedOut) event.preventDefault();
});
document.addEventListener("htmx:sse:after:connection", () => {
  if (lostBanner) lostBanner.hidden = true;
});

let announcedAt = 0;
new MutationObserver(() => {
  if (Date.now() - announcedAt < 20000) return;
  announcedAt = Date.now();
  const figures = $$("#tiles .tile").map(
    (tile) => `${$(".label", tile).textContent.trim()} ${$(".value", tile).textContent}`,
  );
  $("#announce").textContent = figures.join(", ");
}).observe($("#tiles") ?? document.createElement("i"), {
  subtree: true,
  childList: true,
  characterData: true,
});
