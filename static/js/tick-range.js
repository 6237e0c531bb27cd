// A run of ticks: Shift and a click do to all boxes since the last clicked one what they do to this one. Boxes belong
// together by the form that their ticks are for.

import { $$ } from "./dom.js";

let last = null;

document.addEventListener("click", ({ target: box, shiftKey }) => {
  const of = box.matches?.("input[type=checkbox][form]") && box.getAttribute("form");
  if (!of) return;
  if (shiftKey) tickRange($$(`input[type=checkbox][form="${of}"]:enabled`), box);
  last = box;
});

function tickRange(boxes, box) {
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
}
