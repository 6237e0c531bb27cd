// The list of jobs: rows that open, ticks, and the care that a live update takes neither away.

import { $, $$ } from "./dom.js";
import { tellTimes } from "./times.js";

const isHeld = () => $("#jobs input[name=ids]:checked, #jobs .detail, #jobs tbody[data-current]") !== null;

// A list in which somebody ticked, opened or chose a row keeps its rows and their order; only their values go on.
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks } = event.detail;
  const at = tasks?.findIndex((task) => task.target?.id === "jobs");
  if (at === undefined || at < 0 || !isHeld()) return;
  const known = new Set($$("#jobs > tbody").map((row) => row.id));
  const coming = $$("tbody", tasks[at].fragment).map((row) => row.id);
  tasks.splice(at, 1);
  const fresh = coming.filter((id) => !known.has(id)).length;
  $("#list-held").hidden = false;
  $("#list-release").textContent = fresh > 0 ? `Show the new list: ${fresh} new` : "Show the new list";
  $("#list-release").href = location.href;
});
document.addEventListener("htmx:after:swap", () => {
  refreshDetails();
  for (const log of $$("[data-follow]")) if (!log.matches(":hover, :focus")) log.scrollTop = log.scrollHeight;
  tellTicks();
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-expand]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(link);
});

async function toggle(link) {
  const place = $(".detail-row > td", link.closest("tbody"));
  if (link.getAttribute("aria-expanded") === "true") {
    place.replaceChildren();
    link.setAttribute("aria-expanded", "false");
    return;
  }
  await open(link, place);
}

async function open(link, place) {
  await htmx.ajax("GET", `${link.href}?in=list`, { target: place, swap: "innerHTML" });
  if ($(".detail", place)) link.setAttribute("aria-expanded", "true");
  tellTimes(place);
}

/** An open row whose job went on, as after a retry, shows what is so now. */
function refreshDetails() {
  for (const row of $$("#jobs > tbody:has(.detail)")) {
    const detail = $(".detail", row);
    const { version } = row.dataset;
    if (detail.dataset.version === version || row.asked === version) continue;
    row.asked = version;
    open($("a[data-expand]", row), detail.parentElement);
  }
}

function tellTicks() {
  const ticked = $$("#jobs input[name=ids]:checked").length;
  const words = $("#ticked");
  if (!words) return;
  words.textContent = ticked === 1 ? "1 job ticked:" : `${ticked} jobs ticked:`;
  $("#bulk").toggleAttribute("data-any", ticked > 0);
  const all = $("[data-tick-all]");
  const boxes = $$("#jobs input[name=ids]").length;
  all.checked = ticked > 0 && ticked === boxes;
  all.indeterminate = ticked > 0 && ticked < boxes;
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]"))
    for (const box of $$("#jobs input[name=ids]")) box.checked = event.target.checked;
  if (event.target.closest("#jobs")) tellTicks();
  if (event.target.matches("[data-filters] select")) event.target.form.requestSubmit();
});
document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx?.sourceElement?.id !== "bulk" || event.detail.ctx.response?.status !== 200) return;
  for (const box of $$("#jobs input[name=ids]:checked")) box.checked = false;
  tellTicks();
});
tellTicks();

// Empty fields say nothing: they stay out of the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  for (const [key, value] of [...event.formData]) if (value === "") event.formData.delete(key);
});
