// The list of jobs: rows that open, and the care that a live update takes nothing away from who reads it.

import { $, $$ } from "./dom.js";
import { tellTimes } from "./times.js";

/** Somebody ticked, opened, chose or marked something in it, or is about to press one of its buttons. */
function isHeld() {
  if ($("#jobs input[name=ids]:checked, #jobs .detail, #jobs tbody[data-current]")) return true;
  if ($("#jobs .act:hover, #jobs .tick:hover, #jobs tbody :focus-visible")) return true;
  const selection = getSelection();
  return selection.type === "Range" && $("#jobs")?.contains(selection.anchorNode);
}

// A held list keeps its rows and their order; only their values go on.
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks, ctx } = event.detail;
  const at = tasks?.findIndex((task) => task.target?.id === "jobs") ?? -1;
  if (at < 0 || ctx.sourceElement?.id === "list-release" || !isHeld()) return;
  const known = new Set($$("#jobs > tbody").map((row) => row.id));
  const fresh = $$("tbody", tasks[at].fragment).filter((row) => !known.has(row.id)).length;
  tasks.splice(at, 1);
  $("#list-held").hidden = false;
  $("#list-release").textContent = fresh > 0 ? `${fresh} new · show` : "The list has changed · show";
  $("#list-release").href = location.href;
});
document.addEventListener("htmx:after:swap", () => refreshDetails());

/** The new list in place: what is ticked or open in it stays so. */
async function showNew() {
  const link = $("#list-release");
  if (!link || $("#list-held").hidden) return;
  $("#list-held").hidden = true;
  await htmx.ajax("GET", location.href, {
    source: link,
    target: "#jobs",
    select: "#jobs",
    swap: "outerMorph",
  });
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("#list-release")) return;
  event.preventDefault();
  showNew();
});
// What held it may have let go without a word.
setInterval(() => $("#list-held")?.hidden === false && !isHeld() && showNew(), 1000);

// An open detail that asks how its job goes on and hears nothing new is left alone, with whatever is marked in it.
const heard = new WeakMap();
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const detail = ctx.sourceElement;
  if (!detail?.matches?.(".detail")) return;
  if (heard.get(detail) === ctx.text) return event.preventDefault();
  heard.set(detail, ctx.text);
});

document.addEventListener("click", (event) => {
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
  await htmx.ajax("GET", `${link.href}?in=list`, { target: place, swap: "innerHTML" });
  const detail = $(".detail", place);
  if (!detail) return;
  link.setAttribute("aria-expanded", "true");
  tellTimes(place);
  // Opened by a key, its row may be the last that shows.
  const { bottom, height } = detail.getBoundingClientRect();
  if (bottom > innerHeight)
    (height > innerHeight - 120 ? link.closest("tr") : detail).scrollIntoView({
      block: height > innerHeight - 120 ? "start" : "end",
    });
}

/** An open row whose job went on, as after a retry, shows what is so now. */
function refreshDetails() {
  for (const row of $$("#jobs > tbody:has(.detail)")) {
    const detail = $(".detail", row);
    const { version } = row.dataset;
    if (detail.dataset.version === version || row.asked === version) continue;
    row.asked = version;
    const { href } = $("a[data-expand]", row);
    htmx
      .ajax("GET", `${href}?in=list&part=detail`, { target: `#${detail.id}`, swap: "outerMorph" })
      .then(() => tellTimes(row));
  }
}

// Empty fields say nothing: they stay out of the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  for (const [key, value] of [...event.formData]) if (value === "") event.formData.delete(key);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-filters] select")) event.target.form.requestSubmit();
});
