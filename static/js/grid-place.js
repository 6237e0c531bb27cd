// Back to a grid from one of its files: as much of it as was loaded then, at the file that one had come from.

import { $ } from "./dom.js";

/** Further down one scrolls anew: each page is a request. */
const mostPages = 50;

document.addEventListener("click", (event) => {
  const shot = event.target.closest?.("#shots .shot");
  const staysHere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (!shot || !event.target.closest("a") || staysHere) return;
  const place = { id: shot.id, top: shot.getBoundingClientRect().top };
  history.replaceState({ ...history.state, place }, "");
});

const { place, ...rest } = history.state ?? {};
if (place && $("#shots")) {
  // Whoever reloads later, stays where they are then.
  history.replaceState(rest, "");
  returnTo(place);
}

async function returnTo({ id, top }) {
  if (document.getElementById(id)) return;
  history.scrollRestoration = "manual";
  for (let page = 0; page < mostPages && !document.getElementById(id); page++) if (!(await loadMore())) break;
  const shot = document.getElementById(id);
  // What lies above gets its true height when it is drawn.
  for (let turn = 0; shot && turn < 3; turn++) {
    scrollBy({ top: shot.getBoundingClientRect().top - top, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
  history.scrollRestoration = "auto";
}

/** Whether more has come. */
async function loadMore() {
  const link = $(".shots-more a");
  if (!link) return false;
  const target = link.closest("li");
  await htmx.ajax("GET", link.getAttribute("hx-get"), { source: link, target, swap: "outerHTML" });
  return !target.isConnected;
}
