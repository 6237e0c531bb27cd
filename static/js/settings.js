// The settings page: the filter, sliders that move their number, and forms that nobody else's change overwrites while one
// types in them.

import { $, $$ } from "./dom.js";

// Links from before each setting had its own name as its anchor.
if (location.hash.startsWith("#setting-")) location.replace(`#${location.hash.slice(9)}`);

const filter = $("#setting-filter");
filter?.addEventListener("input", showMatches);
filter?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || filter.value === "") return;
  filter.value = "";
  showMatches();
  event.preventDefault();
});

function showMatches() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (element) => {
    const text = `${element.textContent} ${element.id} ${element.dataset.setting ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  let shown = 0;
  for (const row of $$(".setting, .config tbody tr")) {
    row.hidden = !matches(row);
    if (!row.hidden) shown++;
  }
  for (const card of $$(".settings-page section.card"))
    card.hidden = !$(".setting:not([hidden]), .config tbody tr:not([hidden])", card);
  const count = $("#filter-count");
  count.textContent = words.length > 0 ? `${shown} match` : count.dataset.all;
  $("#filter-none").hidden = shown > 0;
}

// Which section one reads, in the list of them.
const links = new Map($$(".settings-nav nav a").map((link) => [link.hash.slice(1), link]));
const seen = new Set();
const sections = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target.id);
    const here = [...links.keys()].find((id) => seen.has(id));
    for (const [id, link] of links) link.toggleAttribute("data-here", id === here);
  },
  { rootMargin: "-10% 0px -70% 0px" },
);
for (const id of links.keys()) sections.observe(document.getElementById(id));

// A slider and its number are one value; only the number is sent.
document.addEventListener("input", ({ target }) => {
  const other = partnerOf(target);
  if (other) other.value = target.value;
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-slider]")) return;
  partnerOf(target).dispatchEvent(new Event("change", { bubbles: true }));
});

function partnerOf(field) {
  const pair = field.closest(".amount");
  if (!pair || !$("[data-slider]", pair)) return null;
  return field.matches("[data-slider]") ? $("input[name]", pair) : $("[data-slider]", pair);
}

// What somebody has begun to type stays, whatever the stream brings; the row says so.
const typed = new WeakSet();
const formOf = (element) => element?.closest?.("form[data-at-once]");
document.addEventListener("input", ({ target }) => {
  if (formOf(target)) typed.add(target);
});
document.addEventListener("focusin", ({ target }) => hold(formOf(target)));
document.addEventListener("focusout", ({ target }) => {
  const form = formOf(target);
  if (form) setTimeout(() => letGo(form));
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = formOf(ctx.sourceElement);
  if (!form) return;
  // Its own answer is for it; what has been typed meanwhile is in the field that has the focus.
  for (const field of form.elements) if (field !== document.activeElement) typed.delete(field);
  form.removeAttribute("hx-morph-skip");
});
document.addEventListener("htmx:after:swap", () => {
  for (const form of $$("form[data-at-once]")) {
    if (!form.hasAttribute("hx-morph-skip")) showWhatHolds(form);
    if (form.contains(document.activeElement)) hold(form);
    tellMeanwhile(form);
  }
});

function hold(form) {
  form?.setAttribute("hx-morph-skip", "");
}

function letGo(form) {
  const isTyping = [...form.elements].some((field) => typed.has(field) && field.value !== field.defaultValue);
  if (isTyping || form.contains(document.activeElement)) return;
  form.removeAttribute("hx-morph-skip");
  if (isOld(form))
    htmx.ajax("GET", `${form.getAttribute("action").replace(/[^/]+$/, "rows/$&")}`, { swap: "none" });
}

/** A morph changes attributes; what a control shows follows only where nobody touched it. */
function showWhatHolds(form) {
  for (const field of form.elements) {
    if (field === document.activeElement || typed.has(field)) continue;
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = field.defaultChecked;
    else if (field.matches("select")) {
      const now = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
      if (now && field.selectedOptions[0] !== now) now.selected = true;
    } else if (field.matches("input:not([type=hidden])")) field.value = field.defaultValue;
  }
}

function isOld(form) {
  const now = nowOf(form);
  return now && now.dataset.version !== form.dataset.version;
}

function nowOf(form) {
  return document.getElementById(`${form.dataset.atOnce}-now`);
}

function tellMeanwhile(form) {
  const place = $("[data-meanwhile]", form);
  if (!place) return;
  const now = nowOf(form);
  const text = isOld(form)
    ? `Changed ${now.dataset.by ? `by ${now.dataset.by} ` : ""}to ${now.dataset.words} meanwhile.`
    : "";
  if (place.textContent !== text) place.textContent = text;
}
