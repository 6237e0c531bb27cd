// The problems page: what is ticked among causes and files, and questions about all of them at once.

import { ask } from "./dialog.js";
import { $, $$ } from "./dom.js";

const bars = { "cause-bulk": ["cause", "causes"], "held-bulk": ["file", "files"] };

function tellTicks() {
  for (const [id, [one, many]] of Object.entries(bars)) {
    const bar = document.getElementById(id);
    if (!bar) continue;
    const ticked = $$(`input[form="${id}"]:checked`).length;
    bar.toggleAttribute("data-any", ticked > 0);
    const words = $("[data-ticked]", bar);
    const text = `${ticked} ${ticked === 1 ? one : many} ticked`;
    if (ticked > 0 && words.textContent !== text) words.textContent = text;
  }
}
document.addEventListener("change", (event) => {
  if (event.target.getAttribute("form") in bars) tellTicks();
});
document.addEventListener("htmx:after:swap", tellTicks);
tellTicks();

// The question is asked here instead of on a page of its own.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "cause-bulk") return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(event.target, event.submitter));
  ask(`${event.target.action}?${fields}`);
});

// Done with: nothing stays ticked.
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const source = ctx?.sourceElement;
  const isAsked = source?.action?.includes("/admin/problems/ticked/");
  if (ctx?.response?.status !== 200 || !(isAsked || source?.id === "held-bulk")) return;
  for (const id of Object.keys(bars))
    for (const box of $$(`input[form="${id}"]:checked`)) box.checked = false;
  tellTicks();
});
