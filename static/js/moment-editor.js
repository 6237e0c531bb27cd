// The editor of moments: start and end taken from the player (i, o), moved by frames, typed, and looped until it fits.

import { exactClock, parseClock } from "./clock-time.js";
import { $, $$, isField } from "./dom.js";
import { media, play, playerFacts } from "./player.js";

/** The form that keys work on: the one last touched, else the open one. */
let touched = null;
const forms = () => $$("[data-moment]").filter((form) => form.checkVisibility());
const current = () => (touched?.isConnected && touched.checkVisibility() ? touched : forms().at(-1));
const field = (form, name) => form.elements.namedItem(name);
const frameS = () => 1 / (playerFacts()?.fps || 25);

document.addEventListener("focusin", ({ target }) => {
  touched = target.closest?.("[data-moment]") ?? touched;
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-moment-set], [data-moment-nudge], [data-moment-loop]");
  const form = button?.closest("[data-moment]");
  if (!form) return;
  touched = form;
  if (button.dataset.momentSet) take(form, button.dataset.momentSet);
  else if (button.dataset.momentNudge) nudge(form, ...button.dataset.momentNudge.split(" "));
  else setLoop(looped === form ? null : form);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || $("dialog[open]")) return;
  const name = { i: "start", o: "end" }[event.key];
  if (!name || !media() || isField(event.target)) return;
  const fresh = $("#moment-new");
  if (fresh && !current()) fresh.open = true;
  const form = current();
  if (!form) return;
  event.preventDefault();
  take(form, name);
});

/** The frame that is shown belongs to it: a start is where that frame begins, an end is where it ends. */
function take(form, name) {
  const film = media();
  const { fps } = playerFacts() ?? {};
  const at = film?.currentTime ?? 0;
  const frame = Math.floor(at * fps + 0.01);
  const isFilm = film?.localName === "video" && fps > 0;
  put(form, name, isFilm ? (name === "start" ? frame : frame + 1) / fps : at);
  const [start, end] = rangeOf(form);
  // A start behind the end begins another moment.
  if (name === "start" && end !== undefined && end <= start) field(form, "end").value = "";
}

function nudge(form, name, frames) {
  const at = parseClock(field(form, name).value) ?? media()?.currentTime ?? 0;
  const moved = Math.max(0, at + Number(frames) * frameS());
  put(form, name, moved);
  media()?.pause();
  // In the middle of the first frame, or of the last.
  void play(Math.max(0, moved + (name === "start" ? 0.5 : -0.5) * frameS()), { paused: true });
}

function put(form, name, seconds) {
  field(form, name).value = exactClock(seconds);
  field(form, name).setCustomValidity("");
}

const rangeOf = (form) => [parseClock(field(form, "start").value), parseClock(field(form, "end").value)];

/* ---- The loop ---- */

let looped = null;
let watching = 0;

function setLoop(form) {
  for (const button of $$("[data-moment-loop]")) button.setAttribute("aria-pressed", "false");
  looped = form;
  if (!form) return media()?.pause();
  const [start, end] = rangeOf(form);
  if (start === undefined || end === undefined || end <= start) {
    looped = null;
    return form.reportValidity();
  }
  $("[data-moment-loop]", form).setAttribute("aria-pressed", "true");
  void play(start);
  cancelAnimationFrame(watching);
  watchEnd();
}

/** At every picture that is drawn: `timeupdate` comes four times a second, and what lies behind the end would show. */
function watchEnd() {
  if (!looped) return;
  goRound();
  watching = requestAnimationFrame(watchEnd);
}

function goRound() {
  const film = media();
  if (!looped?.isConnected || !film) return;
  const [start, end] = rangeOf(looped);
  if (start !== undefined && end > start && (film.currentTime >= end || film.currentTime < start - 1))
    film.currentTime = start;
}
// A page in the background draws nothing.
document.addEventListener("timeupdate", goRound, true);

/* ---- Typing and sending ---- */

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("[data-moment]");
  if (!form || target.name === "title") return;
  const [start, end] = rangeOf(form);
  field(form, "start").setCustomValidity(start === undefined ? "Write it like 0:12.340" : "");
  const fault =
    end === undefined
      ? "Write it like 0:12.340"
      : start !== undefined && end <= start
        ? "The end must come after the start"
        : "";
  field(form, "end").setCustomValidity(fault);
});

/** A new moment was added: the form is free for the next. */
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest?.("#moment-new [data-moment]");
  if (form && ctx.response?.status === 200) form.reset();
});
