// A video's short preview plays, without sound, while the pointer rests on it. Not for fingers: a list of films that begin
// by themselves costs a phone's battery, and a touch opens the film anyway.

let film = null;
let soon;

const mayMove =
  matchMedia("(hover: hover)").matches &&
  !matchMedia("(prefers-reduced-motion: reduce)").matches &&
  !navigator.connection?.saveData;

if (mayMove) {
  document.addEventListener("pointerover", (event) => {
    const shot = event.target.closest?.(".shot[data-preview]");
    if (shot === film?.closest(".shot")) return;
    stop();
    if (shot) soon = setTimeout(() => play(shot), 150);
  });
  document.documentElement.addEventListener("pointerleave", stop);
}

function play(shot) {
  film = document.createElement("video");
  Object.assign(film, { muted: true, loop: true, playsInline: true, src: shot.dataset.preview });
  film.className = "shot-film";
  film.setAttribute("aria-hidden", "true");
  film.tabIndex = -1;
  const mine = film;
  film.addEventListener("playing", () => mine.setAttribute("data-plays", ""));
  film.addEventListener("error", () => mine.remove());
  shot.querySelector(".shot-frame").append(film);
  film.play().catch(() => {});
}

function stop() {
  clearTimeout(soon);
  if (!film) return;
  film.pause();
  film.removeAttribute("src");
  film.remove();
  film = null;
}
