// The player's keys, wherever the focus is but in a field. They come before the page's keys, which have other uses for some
// of the letters.

import { $, isField } from "./dom.js";
import { isStarted, media, play, playerFacts } from "./player.js";

const keys = {
  k: toggle,
  " ": toggle,
  j: (film) => jump(film, -10),
  l: (film) => jump(film, 10),
  ArrowLeft: (film) => jump(film, -5),
  ArrowRight: (film) => jump(film, 5),
  ",": (film) => step(film, -1),
  ".": (film) => step(film, 1),
  m: (film) => {
    film.muted = !film.muted;
  },
  f: fullScreen,
  c: captions,
};

let wentAt = 0;

addEventListener(
  "keydown",
  (event) => {
    const film = media();
    if (!film || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const [target] = event.composedPath();
    if (isField(target) && target.type !== "range") return;
    if ($("dialog[open]")) return;
    // `g l` leads to the library.
    const isGoing = Date.now() - wentAt < 1500;
    wentAt = event.key === "g" ? Date.now() : 0;
    if (isGoing || !isOurs(event, film)) return;
    const act = /^[0-9]$/.test(event.key) ? tenth(Number(event.key)) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act(film);
  },
  true,
);

function isOurs(event, film) {
  const path = event.composedPath();
  const names = path.flatMap((element) => element.localName ?? []);
  const isWithin = path.includes($("#stage"));
  // Their own keys: a menu's arrows, the loudness, a button's space.
  if (names.some((name) => /^media-.*menu(-item)?$/.test(name) || name === "media-volume-range"))
    return false;
  if (event.key === " " && names.some((name) => /^(a|button|summary|media-[\w-]+-button)$/.test(name)))
    return false;
  // Before it was started, arrows lead to the neighbours and space scrolls.
  const isShared = event.key === " " || event.key.startsWith("Arrow");
  return !isShared || isWithin || isStarted() || (film.localName === "audio" && film.currentTime > 0);
}

function toggle(film) {
  if (film.paused) void play();
  else film.pause();
}

function jump(film, seconds) {
  void play(film.currentTime + seconds, { paused: film.paused });
}

/** To the middle of a frame: at its very start, rounding may show the one before. */
export function step(film, frames) {
  const fps = playerFacts()?.fps || 25;
  film.pause();
  film.currentTime = Math.max(0, (Math.floor(film.currentTime * fps + 0.01) + frames + 0.5) / fps);
}

function tenth(n) {
  return (film) =>
    void play(((film.duration || playerFacts()?.durationS || 0) * n) / 10, { paused: film.paused });
}

function fullScreen() {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void ($("#player") ?? media()).requestFullscreen?.();
}

function captions(film) {
  const tracks = [...film.textTracks].filter(({ kind }) => kind === "subtitles" || kind === "captions");
  const shown = tracks.find(({ mode }) => mode === "showing");
  if (shown) shown.mode = "disabled";
  else if (tracks[0]) tracks[0].mode = "showing";
}
