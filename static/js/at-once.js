// Controls that apply at once: they say that they are being saved and that they are, and show what holds again where the
// change was refused.

import { $ } from "./dom.js";
import { say } from "./toasts.js";

document.addEventListener("change", (event) => {
  const field = event.target;
  const form = field.closest("form[data-at-once]");
  if (!form) return;
  if (field.checkValidity()) return form.requestSubmit();
  const why = field.validationMessage;
  const wrong = field.value;
  field.value = field.defaultValue;
  tellRefusal(form, `Not changed${wrong ? ` to ${wrong}` : ""}. ${why}`);
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const form = formOf(ctx);
  if (!form) return;
  clearRefusal(form);
  tellState(form, "Saving…");
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = formOf(ctx);
  if (form) tellState(form, ctx.response.status < 400 ? "Saved" : "");
});

/** Shows what holds again, and beside it why it still does. */
export function tellRefusal(form, text) {
  tellState(form, "");
  const place = $("[data-refusal]", form);
  if (!place) return say(text);
  // Emptied first: the same words once more are said once more.
  place.textContent = "";
  place.textContent = text;
}

/** A change that did not happen leaves no trace in its control. */
export function putBack(ctx) {
  const form = formOf(ctx);
  form?.reset();
  return form;
}

function formOf(ctx) {
  return ctx?.sourceElement?.closest?.("form[data-at-once]");
}

function clearRefusal(form) {
  const place = $("[data-refusal]", form);
  if (place) place.textContent = "";
}

const fading = new WeakMap();

/** Beside the control, where its row has a place for it. */
function tellState(form, text) {
  const place = document.querySelector(`[data-save-state="${form.dataset.atOnce}"]`);
  if (!place) return;
  clearTimeout(fading.get(place));
  place.textContent = text;
  place.toggleAttribute("data-saved", text === "Saved");
  if (text === "Saved")
    fading.set(
      place,
      setTimeout(() => tellState(form, ""), 4000),
    );
}
