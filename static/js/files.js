// The grid of files: filters that apply at once, ticks, and acts that ask first.

import { ask } from "./dialog.js";
import { $, $$ } from "./dom.js";
import "./grid-place.js";
import "./hover-preview.js";

const boxes = () => $$("#shots input[name=ids]");
const bar = () => $("#bulk-files");
const wantsAll = () => $("input[name=all]", bar())?.checked === true;

function tell() {
  if (!bar()) return;
  const n = boxes().filter((box) => box.checked).length;
  bar().toggleAttribute("data-any", n > 0 || wantsAll());
  $("#files").toggleAttribute("data-ticking", n > 0 || wantsAll());
  $("#files-ticked").textContent = wantsAll()
    ? `${$("input[name=all]", bar()).parentElement.textContent.trim()}:`
    : n === 1
      ? "1 file ticked:"
      : `${n} files ticked:`;
}

function untick() {
  for (const box of boxes()) box.checked = false;
  const all = $("input[name=all]", bar());
  if (all) all.checked = false;
  tell();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-files-untick]")) untick();
  const act = event.target.closest("#bulk-files [data-files-ask]");
  if (!act || (act.dataset.filesAsk === "many" && !wantsAll())) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(bar()));
  const ids = fields.getAll("ids");
  fields.delete("ids");
  if (!wantsAll()) fields.set("ids", ids.join(","));
  ask(`${act.formAction}?${fields}`);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("#shots input[name=ids], #bulk-files input[name=all]")) tell();
  if (event.target.matches(".grid-filters [name=deep]")) event.target.form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && bar()?.hasAttribute("data-any") && !document.querySelector("dialog[open]"))
    untick();
});
// What was asked for is done: the next act begins anew.
document.addEventListener("htmx:finally:request", (event) => {
  const { sourceElement, response } = event.detail.ctx ?? {};
  const path = sourceElement?.closest?.("form")?.getAttribute("action") ?? "";
  if (response?.status !== 200) return;
  if (sourceElement?.id === "bulk-files" || /\/libraries\/\d+\/files\//.test(path)) untick();
});
document.addEventListener("htmx:after:swap", tell);
tell();
