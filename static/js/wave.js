// The sound wave of a file: it follows the player, and a click or a drag seeks. For recordings wavesurfer.js draws it anew
// from our own peaks once somebody uses it: finer, and it can be drawn out; the file is never decoded in the browser.

import { $, base } from "./dom.js";
import { media, play, playerFacts } from "./player.js";
import { styleNonce, vendored } from "./vendored.js";

let surfer = null;

document.addEventListener("pointerdown", (event) => {
  const wave = event.target.closest?.(".waveform");
  if (!wave || !media() || event.button !== 0) return;
  event.preventDefault();
  const seek = ({ clientX }) => {
    const box = wave.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (clientX - box.left) / box.width));
    void play(part * Number(wave.dataset.duration), { paused: true });
  };
  seek(event);
  wave.setPointerCapture(event.pointerId);
  wave.addEventListener("pointermove", seek);
  wave.addEventListener("lostpointercapture", () => wave.removeEventListener("pointermove", seek), {
    once: true,
  });
});

document.addEventListener(
  "timeupdate",
  ({ target }) => {
    const wave = $(".waveform");
    const played = wave && $(".waveform-played", wave);
    if (target !== media() || !played) return;
    played.setAttribute(
      "width",
      `${Math.min(100, (target.currentTime / Number(wave.dataset.duration)) * 100)}%`,
    );
  },
  true,
);

document.addEventListener("play", ({ target }) => target === media() && void draw(target), true);

async function draw(audio) {
  const place = $("#wave-drawn");
  if (audio.localName !== "audio" || !place || surfer) return;
  surfer = true;
  try {
    const [{ default: WaveSurfer }, answer] = await Promise.all([
      vendored("wavesurfer.js"),
      fetch(`${base}/api/files/${playerFacts().fileId}/waveform.json`),
    ]);
    if (!answer.ok) return;
    const stored = await answer.json();
    // As computed: a canvas does not know light-dark().
    const colour = (selector) => getComputedStyle($(selector)).stroke;
    surfer = WaveSurfer.create({
      container: place,
      media: audio,
      peaks: [louder(stored)],
      duration: (stored.length * stored.samples_per_pixel) / stored.sample_rate,
      cspNonce: styleNonce,
      height: $(".waveform").getBoundingClientRect().height,
      waveColor: colour(".waveform-all"),
      progressColor: colour(".waveform-played path"),
      cursorColor: getComputedStyle(place).color,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      dragToSeek: true,
      hideScrollbar: true,
    });
  } catch {
    // The drawn wave stays.
    surfer = null;
  }
}

/** Of each pair of lowest and highest, the louder; at most so many as a wide screen drawn out has room for. */
function louder({ data, bits, length }) {
  const full = 2 ** (bits - 1);
  const count = Math.min(length, 20_000);
  const peaks = new Float32Array(count);
  for (let i = 0; i < length; i++) {
    const at = Math.floor((i * count) / length);
    peaks[at] = Math.max(peaks[at], -data[2 * i] / full, data[2 * i + 1] / full);
  }
  return peaks;
}
