// Controls that apply at once, and show what holds again where the change was refused.

import { $ } from "./dom.js";
import { say } from "./toasts.js";

document.addEventListener("change", (event) => {
  const field = event.target;
  const form = field.closest("form[data-at-once]");
  if (!form) return;
  if (field.checkValidity()) {
    const pair = ["addKind", "addValue"];
    // A kind without its number, or a number without its kind: the other half is still to come.
    if (pair.includes(field.name) && pair.some((name) => form.elements[name].value === "")) return;
    return form.requestSubmit();
  }
  const why = field.validationMessage;
  const wrong = field.value;
  field.value = field.defaultValue;
  tellRefusal(form, `Not changed${wrong ? ` to ${wrong}` : ""}. ${why}`);
});

/** Shows what holds again, and beside it why it still does. */
export function tellRefusal(form, text) {
  const place = $("[data-refusal]", form);
  if (place) place.textContent = text;
  else say(text);
}

/** A change that did not happen leaves no trace in its control. */
export function putBack(ctx) {
  const form = ctx?.sourceElement?.closest?.("form[data-at-once]");
  form?.reset();
  return form;
}
