// The file page: the sound wave follows the player and seeks on a click; arrow keys go to the neighbours.

const player = () => document.querySelector("#stage video, #stage audio");

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
    const wave = document.querySelector(".waveform");
    const played = wave?.querySelector(".waveform-played");
    if (!media || !played) return;
    played.setAttribute("width", `${Math.min(100, (media.currentTime / Number(wave.dataset.duration)) * 100)}%`);
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.("input, select, textarea, video, audio, summary, [role=dialog]")) return;
  const id = event.key === "ArrowLeft" ? "previous" : event.key === "ArrowRight" ? "next" : null;
  if (id) document.getElementById(id)?.click();
});
