// Buttons that copy: `data-copy` names the field or the text to take.

import { $ } from "./dom.js";

document.addEventListener("click", async (event) => {
  const copies = event.target.closest("[data-copy]");
  if (!copies) return;
  const source = $(copies.dataset.copy);
  const text = source.href ?? source.value ?? source.textContent;
  const isCopied = await write(text, source);
  tell(copies, isCopied ? "Copied" : "Select it and press Ctrl C");
});

async function write(text, source) {
  // The clipboard API is missing on plain HTTP in a LAN.
  if (navigator.clipboard)
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Denied: the old way may still do.
    }
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
  return document.execCommand("copy");
}

/** In its words, or beside an icon for a moment; said aloud either way. */
function tell(button, words) {
  const announce = $("#announce");
  if (announce) announce.textContent = words;
  if (!button.matches(".btn-icon")) {
    button.lastChild.textContent = words;
    return;
  }
  button.dataset.copied = words;
  setTimeout(() => delete button.dataset.copied, 1600);
}
