// Live work takes as much room as it needed in the last minute: what lies below does not jump with every job.

import { $ } from "./dom.js";

const heights = [];
function keepRoom() {
  const work = $("#working");
  if (!work) return;
  const now = Date.now();
  heights.push([now, work.offsetHeight]);
  while (heights[0][0] < now - 60_000) heights.shift();
  work.parentElement.style.minHeight = `${Math.max(...heights.map(([, height]) => height))}px`;
}
document.addEventListener("htmx:after:swap", keepRoom);
keepRoom();
setInterval(keepRoom, 5000);
