// Buttons that copy: `data-copy` names the field or the text to take.

import { $ } from "./dom.js";

document.addEventListener("click", async (event) => {
  const copies = event.target.closest("[data-copy]");
  if (!copies) return;
  const field = $(copies.dataset.copy);
  field.select();
  // The clipboard API is missing on plain HTTP in a LAN.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
  copies.lastChild.textContent = "Copied";
});
