// The one dialog of a page: links that ask first open in it, without JavaScript they are pages. It is called what its
// heading says, and the focus goes back to where it came from. And menus that close by themselves.

import { $, $$ } from "./dom.js";
import { tellTimes } from "./times.js";

export const dialog = $("#dialog");
let dialogs = 0;
/** What had the focus before, and how to find it again should it have been replaced meanwhile. */
let opener = null;
/** Forms whose answer is on its way. */
const asking = new Set();

document.addEventListener("click", (event) => {
  const { target } = event;
  for (const menu of $$("details.account[open], details.more[open]"))
    if (!menu.contains(target)) menu.open = false;
  if (target.closest("[data-close]") && dialog.contains(target)) {
    event.preventDefault();
    return dialog.close();
  }
  const asks = target.closest("a[data-dialog]");
  if (!asks || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(asks.href);
});

/** Opens a page of ours in the dialog. */
export async function ask(href) {
  const mine = ++dialogs;
  const from = document.activeElement;
  const before = dialog.firstElementChild;
  const isNextStep = dialog.open;
  await htmx.ajax("GET", href, { target: "#dialog", swap: "innerHTML" });
  // Somebody asked for another one since, or closed the one that this is a step of.
  if (mine !== dialogs || (isNextStep && !dialog.open)) return;
  // Refused or not reached: a toast has said so, and what stood there stands.
  if (dialog.firstElementChild && dialog.firstElementChild !== before) show(from);
}

/** Shows what the dialog holds by now. */
export function show(from = document.activeElement) {
  tellTimes(dialog);
  const title = $("h1, h2", dialog);
  if (title) {
    title.id ||= "dialog-title";
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.removeAttribute("aria-label");
  }
  if (!dialog.open) {
    opener = from && from !== document.body && !dialog.contains(from) ? from : null;
    dialog.showModal();
  }
  if (!dialog.contains(document.activeElement) || document.activeElement === dialog)
    ($("[autofocus]", dialog) ?? $("button, a[href], input, select, textarea", dialog))?.focus();
}

dialog.addEventListener("close", () => {
  // It comes a moment later: the next one may be open by then.
  if (dialog.open) return;
  const back = placeOf(opener);
  opener = null;
  // What closed it may have put the focus somewhere on purpose.
  if (document.activeElement === document.body || document.activeElement === dialog)
    (back ?? $("#main"))?.focus({ preventScroll: back !== null });
});

/** An act of a closed menu is behind its summary; a live update may have put a like one in its place. */
function placeOf(element) {
  if (!element) return null;
  const href = element.getAttribute("href");
  const now = element.isConnected
    ? element
    : (element.id && document.getElementById(element.id)) ||
      (href && $(`a[href="${CSS.escape(href)}"]`)) ||
      null;
  const shut = now?.closest("details:not([open])");
  return shut && !$("summary", shut)?.contains(now) ? $("summary", shut) : now;
}

// Beside it means away from it, but for a form somebody has begun, and for a press that began inside.
let pressedBeside = false;
dialog.addEventListener("pointerdown", (event) => {
  pressedBeside = isBeside(event);
});
dialog.addEventListener("click", (event) => {
  if (pressedBeside && isBeside(event) && !$("#create-form, .entry-form", dialog)) dialog.close();
});

function isBeside({ target, clientX: x, clientY: y }) {
  if (target !== dialog) return false;
  const box = dialog.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

document.addEventListener("submit", (event) => {
  if (event.target.closest("[data-closes]") && dialog.contains(event.target)) dialog.close();
});

// What was refused stays in its dialog, to be mended; a trial does not close it either. Until the answer it is asked once.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-closes-when-done]") || !dialog.contains(form)) return;
    if (asking.has(form)) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    asking.add(form);
    $("[data-refused]", form)?.remove();
  },
  true,
);
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const isDone = ctx.response.status < 400 && !ctx.request.submitter?.hasAttribute("data-stays");
  if (isDone && ctx.sourceElement?.matches?.("[data-closes-when-done]")) dialog.close();
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = ctx?.sourceElement;
  asking.delete(form);
  if (!dialog.open || !form?.matches?.("form[data-closes-when-done]")) return;
  const { response, text = "" } = ctx;
  const isTold = text.includes("toast-refused") || !text.includes("<hx-partial");
  const toast = $$("#toasts .toast-refused").at(-1);
  if (response?.status < 400 || !isTold || !toast) return;
  // A toast lies behind the dialog: its words go where one looks.
  refuse(form, $("p", toast).textContent);
  toast.remove();
});

function refuse(form, words) {
  const place = $("[data-refused]", form) ?? document.createElement("p");
  place.className = "banner banner-bad";
  place.dataset.refused = "";
  place.setAttribute("role", "alert");
  place.textContent = words;
  form.append(place);
}

// A question in two steps: the second takes the place of the first.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-next-step]");
  if (!form || !dialog.contains(form)) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  await ask(`${form.action}?${fields}`);
});
