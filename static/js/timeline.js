// The timeline: which month is in sight, months that are there already, filters that apply at once.

import { $, $$ } from "./dom.js";
import "./grid-place.js";
import "./hover-preview.js";

document.addEventListener("change", (event) => {
  if (event.target.matches(".timeline-filters select")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".scrubber a[data-month]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const day = $(`.day[data-month="${link.dataset.month}"]`);
  if (!day) return;
  event.preventDefault();
  day.scrollIntoView({ block: "start" });
});

const scrubber = $(".scrubber");
if (scrubber) {
  const seen = new IntersectionObserver(tell, { rootMargin: "-80px 0px -70% 0px" });
  const watch = () =>
    $$(".day:not([data-seen])").forEach((day) => {
      day.dataset.seen = "";
      seen.observe(day);
    });
  document.addEventListener("htmx:after:swap", watch);
  watch();
}

function tell(entries) {
  const month = entries.find((entry) => entry.isIntersecting)?.target.dataset.month;
  if (!month) return;
  for (const link of $$("a[aria-current]", scrubber)) link.removeAttribute("aria-current");
  const link = $(`a[data-month="${month}"]`, scrubber);
  if (!link) return;
  link.setAttribute("aria-current", "date");
  const year = link.closest("details");
  if (!year.open) year.open = true;
  const box = scrubber.getBoundingClientRect();
  const at = link.getBoundingClientRect();
  if (at.top < box.top || at.bottom > box.bottom) scrubber.scrollTop += at.top - box.top - box.height / 3;
}
