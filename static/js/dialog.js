// The one dialog of a page: links that ask first open in it, without JavaScript they are pages. And menus that close by
// themselves.

import { $, $$ } from "./dom.js";
import { tellTimes } from "./times.js";

export const dialog = $("#dialog");
let dialogs = 0;

document.addEventListener("click", async (event) => {
  const { target } = event;
  for (const menu of $$("details.account[open], details.more[open]"))
    if (!menu.contains(target)) menu.open = false;
  if (target === dialog) return dialog.close();
  if (target.closest("[data-close]") && dialog.contains(target)) {
    event.preventDefault();
    return dialog.close();
  }
  const asks = target.closest("a[data-dialog]");
  if (!asks || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const mine = ++dialogs;
  dialog.replaceChildren();
  await htmx.ajax("GET", asks.href, { target: "#dialog", swap: "innerHTML" });
  if (mine !== dialogs) return;
  // Refused or not reached: a toast has said so, and there is nothing to ask.
  if (dialog.childElementCount === 0) return dialog.close();
  tellTimes(dialog);
  if (!dialog.open) dialog.showModal();
});
document.addEventListener("submit", (event) => {
  if (event.target.closest("[data-closes]") && dialog.contains(event.target)) dialog.close();
});

// A question in two steps: the second takes the place of the first.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-next-step]");
  if (!form || !dialog.contains(form)) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  htmx.ajax("GET", `${form.action}?${fields}`, { target: "#dialog", swap: "innerHTML" });
});
