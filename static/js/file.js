// The file page: its player, wave and moments; arrow keys go to the neighbours; the server hears that somebody plays
// something, so that its work makes way.

import "./player.js";
import "./player-keys.js";
import "./moment-editor.js";
import "./picture-zoom.js";
import "./wave.js";
import { $, base, shownFile } from "./dom.js";

const player = () => $("#stage video, #stage audio");

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
