// A job's log as it grows: it follows until somebody scrolls up or pauses it; words in it are found, its attempts shown alone.

import { $, $$ } from "./dom.js";
import { find, paint } from "./log-marks.js";

const everyMs = 1000;
const panels = new WeakMap();
const panelOf = (element) => element.closest("[data-log]");

/** What is known of a panel beyond its element. */
function stateOf(panel) {
  let state = panels.get(panel);
  if (!state) {
    state = { next: Number(panel.dataset.next), held: "", isPaused: false, isUp: false, hit: -1, hits: [] };
    panels.set(panel, state);
    paint(panel, state);
    toEnd(panel);
    $(".log", panel).addEventListener("scroll", () => scrolled(panel));
  }
  return state;
}

async function look() {
  if (document.hidden) return;
  for (const panel of $$("[data-log]")) {
    const state = stateOf(panel);
    const isNew = panel.dataset.next === "0" && $(".log", panel).textContent === "";
    if (state.isAsking || state.of || !("live" in panel.dataset || (isNew && !state.asked))) continue;
    state.isAsking = state.asked = true;
    try {
      const answer = await fetch(`${panel.dataset.log}?after=${state.next}`);
      if (answer.ok) take(panel, await answer.json());
    } catch {
      // The next look tries again; the page says that the connection is lost.
    }
    state.isAsking = false;
  }
}

function take(panel, { log, next, running }) {
  const state = stateOf(panel);
  // It was written anew, as when the whole of a long log moved to its file.
  if (next < state.next) state.next = 0;
  else {
    state.next = next;
    if (log !== "") grow(panel, log);
  }
  if (running) return;
  delete panel.dataset.live;
  if (!state.isPaused) $("[data-log-pause]", panel)?.remove();
  say(panel);
}

function grow(panel, text) {
  const state = stateOf(panel);
  if (state.isPaused) state.held += text;
  else add(panel, text);
  if (state.isPaused || state.isUp) {
    state.unseen = (state.unseen ?? 0) + text.split("\n").length - 1;
    const chip = $("[data-log-new]", panel);
    chip.textContent = `${state.unseen} new ${state.unseen === 1 ? "line" : "lines"} ↓`;
    chip.hidden = state.unseen === 0;
  }
}

function add(panel, text) {
  const log = $(".log", panel);
  // One text node, so that what somebody marked in it stays marked.
  if (log.firstChild?.nodeType === Node.TEXT_NODE) log.firstChild.appendData(text);
  else log.textContent = text;
  paint(panel, stateOf(panel));
  if (!stateOf(panel).isUp) toEnd(panel);
}

function toEnd(panel) {
  const log = $(".log", panel);
  log.scrollTop = log.scrollHeight;
}

function scrolled(panel) {
  const log = $(".log", panel);
  const state = stateOf(panel);
  state.isUp = log.scrollTop + log.clientHeight < log.scrollHeight - 12;
  if (!state.isUp && !state.isPaused) seen(panel);
  say(panel);
}

function seen(panel) {
  stateOf(panel).unseen = 0;
  $("[data-log-new]", panel).hidden = true;
}

function say(panel) {
  const state = stateOf(panel);
  const words = state.of
    ? `Attempt ${state.of}`
    : !("live" in panel.dataset)
      ? ""
      : state.isPaused
        ? "Paused"
        : state.isUp
          ? "Grows below"
          : "Follows live";
  if ($("[data-log-state]", panel).textContent !== words) $("[data-log-state]", panel).textContent = words;
}

function pause(panel, isPaused) {
  const state = stateOf(panel);
  state.isPaused = isPaused;
  const button = $("[data-log-pause]", panel);
  button?.setAttribute("aria-pressed", String(isPaused));
  if (button) $("span", button).textContent = isPaused ? "Follow" : "Pause";
  if (!isPaused) {
    state.isUp = false;
    const { held } = state;
    state.held = "";
    if (held) add(panel, held);
    toEnd(panel);
    seen(panel);
    if (!("live" in panel.dataset)) button?.remove();
  }
  say(panel);
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-log-find]")) return;
  const panel = panelOf(event.target);
  stateOf(panel).hit = -1;
  find(panel, stateOf(panel), 1);
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches("[data-log-find]")) {
    if (event.key === "Enter") {
      event.preventDefault();
      const panel = panelOf(event.target);
      find(panel, stateOf(panel), event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && event.target.value) {
      event.target.value = "";
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
      event.stopPropagation();
    }
    return;
  }
  // In the log itself a search is its own.
  if (event.key === "/" && event.target.matches(".log")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    $("[data-log-find]", panelOf(event.target)).focus();
  }
});

document.addEventListener("click", (event) => {
  const panel = panelOf(event.target);
  if (!panel) return;
  if (event.target.closest("[data-log-pause]")) pause(panel, !stateOf(panel).isPaused);
  if (event.target.closest("[data-log-new]")) pause(panel, false);
  const wrap = event.target.closest("[data-log-wrap]");
  if (wrap) {
    const isOn = wrap.getAttribute("aria-pressed") !== "true";
    wrap.setAttribute("aria-pressed", String(isOn));
    $(".log", panel).toggleAttribute("data-nowrap", !isOn);
  }
  const one = event.target.closest("[data-log-of]");
  if (!one || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  showAttempt(panel, one);
});

async function showAttempt(panel, link) {
  const answer = await fetch(link.href);
  if (!answer.ok) return;
  const state = stateOf(panel);
  const text = await answer.text();
  state.of = link.dataset.logOf;
  // All of it again: it goes on growing from there.
  if (!state.of) state.next = text.length;
  $(".log", panel).textContent = text;
  for (const other of $$("[data-log-of]", panel)) other.toggleAttribute("aria-current", other === link);
  link.setAttribute("aria-current", "true");
  const cut = $("[data-log-cut]", panel);
  if (cut) cut.hidden = true;
  paint(panel, stateOf(panel));
  toEnd(panel);
  say(panel);
}

look();
setInterval(look, everyMs);
document.addEventListener("htmx:after:swap", look);
