// What an action did, in a corner, until it has been read.

import { dialog } from "./dialog.js";
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
/** Many acts in a row would cover what they are about. */
function makeRoom() {
  const toasts = $$("#toasts > .toast").filter((toast) => !toast.matches(":hover, :focus-within"));
  for (const toast of toasts.slice(0, -mostAtOnce)) toast.remove();
}
const mostAtOnce = 4;

for (const toast of $$(".toast")) leaveSoon(toast);
/** An open dialog covers everything but what is raised after it. */
function raise() {
  if (!dialog.open) return;
  const toasts = $("#toasts");
  toasts.popover = "manual";
  toasts.togglePopover(false);
  toasts.showPopover();
}
new MutationObserver((changes) => {
  const fresh = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.nodeType === 1);
  for (const toast of fresh) leaveSoon(toast);
  if (fresh.length > 0) raise();
  makeRoom();
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
