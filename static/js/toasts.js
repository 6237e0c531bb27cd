// What an action did, in a corner, until it has been read.

import { $, $$ } from "./dom.js";

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-dismiss]")) target.closest(".toast").remove();
});
document.addEventListener("click", (event) => {
  // Undo is asked for once.
  const undo = event.target.closest("[data-undo]");
  if (undo) setTimeout(() => undo.closest(".toast").remove());
});

function leaveSoon(toast) {
  // What may be taken back stays until somebody could have thought about it.
  const stay = toast.classList.contains("toast-refused") || $("[data-undo]", toast) ? 15000 : 6000;
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leaveSoon(toast) : toast.remove()), stay);
}
for (const toast of $$(".toast")) leaveSoon(toast);
new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.nodeType === 1) leaveSoon(node);
}).observe($("#toasts"), { childList: true });

export function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast toast-refused";
  toast.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  $("#toasts").append(toast);
}
