// The trash: how many are ticked, all at once, and the question in the dialog.

import { ask } from "./dialog.js";
import { $, $$ } from "./dom.js";

const form = $("#trash");
const boxes = () => $$("input[name=ids]", form);
const ticked = () => boxes().filter((box) => box.checked);

function tell() {
  const n = ticked().length;
  $("#trash-ticked").textContent = n === 0 ? "" : n === 1 ? "1 file ticked" : `${n} files ticked`;
  const all = $("[data-trash-all]", form);
  all.checked = n > 0 && n === boxes().length;
  all.indeterminate = n > 0 && n < boxes().length;
}

form?.addEventListener("change", ({ target }) => {
  if (target.matches("[data-trash-all]")) for (const box of boxes()) box.checked = target.checked;
  tell();
});
form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-trash-ask]");
  if (!button) return;
  event.preventDefault();
  const fields = new URLSearchParams({
    ids: ticked()
      .map((box) => box.value)
      .join(","),
    library: form.elements.library.value,
  });
  ask(`${button.formAction}?${fields}`);
});
if (form) tell();
