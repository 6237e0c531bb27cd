// Live work takes as much room as it needed in the last minute: what lies below does not jump with every job.

import { $ } from "./dom.js";

const work = $("#working");
const heights = [];

function keepRoom() {
  const now = Date.now();
  heights.push([now, work.offsetHeight]);
  while (heights[0][0] < now - 60_000) heights.shift();
  work.parentElement.style.minHeight = `${Math.max(...heights.map(([, height]) => height))}px`;
}
if (work) {
  new ResizeObserver(keepRoom).observe(work);
  setInterval(keepRoom, 5000);
}
