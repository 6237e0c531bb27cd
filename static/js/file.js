// The file page: the sound wave follows the player and seeks on a click; arrow keys go to the neighbours; the server hears
// that somebody plays something, so that its work makes way.

import { $, base, shownFile } from "./dom.js";

const player = () => $("#stage video, #stage audio");

document.addEventListener("click", (event) => {
  const wave = event.target.closest?.(".waveform");
  const media = player();
  if (!wave || !media) return;
  const box = wave.getBoundingClientRect();
  media.currentTime = ((event.clientX - box.left) / box.width) * Number(wave.dataset.duration);
});

document.addEventListener(
  "timeupdate",
  () => {
    const media = player();
    const wave = $(".waveform");
    const played = wave && $(".waveform-played", wave);
    if (!media || !played) return;
    played.setAttribute(
      "width",
      `${Math.min(100, (media.currentTime / Number(wave.dataset.duration)) * 100)}%`,
    );
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.("input, select, textarea, video, audio, summary, dialog[open]")) return;
  const id = event.key === "ArrowLeft" ? "previous" : event.key === "ArrowRight" ? "next" : null;
  if (id) document.getElementById(id)?.click();
});

/* ---- The server hears that somebody plays something: its work makes way ---- */

/** The file that was last said to be playing. */
let told = null;

function tellPlaying(fileId) {
  if (told !== null && told !== fileId) report(told, false);
  told = fileId;
  if (fileId !== null) report(fileId, true);
}

function report(fileId, playing) {
  fetch(`${base}/api/playback`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fileId, playing }),
    keepalive: true,
  }).catch(() => {});
}

document.addEventListener("playing", () => told !== shownFile() && tellPlaying(shownFile()), true);
for (const event of ["pause", "ended"]) document.addEventListener(event, () => tellPlaying(null), true);
addEventListener("pagehide", () => tellPlaying(null));
// Who is silent for 90 s has closed the page. A page that was swapped away took its player with it.
setInterval(() => told !== null && tellPlaying(player()?.paused === false ? shownFile() : null), 30_000);
