// Asking for a job: types narrow down while one types, sliders say their word, the preview follows, and what was refused
// is looked at first. The form itself works without this.

import { dialog } from "./dialog.js";
import { $, $$ } from "./dom.js";
import { tellTimes } from "./times.js";
import { say } from "./toasts.js";

const form = () => $("#create-form");

/* ---- Which type ---- */

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-filter]")) narrow($(target.dataset.filter), target.value);
  if (target.matches("[data-slider]")) tellSlider(target);
});

function narrow(list, text) {
  const words = text.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const item of $$("[data-words]", list)) {
    item.hidden = !words.every((word) => item.dataset.words.includes(word));
    if (!item.hidden) shown++;
  }
  for (const group of $$("[data-group]", list)) group.hidden = !$("[data-words]:not([hidden])", group);
  $("[data-none]", list).hidden = shown > 0;
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target.matches?.("[data-filter]"))
    walk(event, $$(`${target.dataset.filter} li:not([hidden]) a`), target);
  else if (target.matches?.(".kind-option")) walk(event, $$("#kinds li:not([hidden]) a"), $("[data-filter]"));
  else if (key === "Enter" && target.matches?.("[data-find]")) pickFirst(event);
  else if (key === "ArrowDown" && target.matches?.("[data-find]")) {
    event.preventDefault();
    $("[data-choices] input", target.closest("fieldset"))?.focus();
  }
});

/** Down into the list and up to the field again; Enter in the field takes the first. */
function walk(event, links, field) {
  const at = links.indexOf(event.target);
  if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    links[0]?.click();
  }
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || (at < 0 && by < 0)) return;
  event.preventDefault();
  (at + by < 0 ? field : (links[at + by] ?? links[at]))?.focus();
}

/** Enter while one looks for a file chooses the first that was found; it never sends the form. */
function pickFirst(event) {
  event.preventDefault();
  const first = $("[data-choices] input:not(:checked)", event.target.closest("fieldset"));
  if (!first) return;
  first.click();
  first.focus();
}

/* ---- Its parameters ---- */

function tellSlider({ id, value, dataset }) {
  const words = dataset.words?.split("|")[value - 1];
  $(`output[for="${CSS.escape(id)}"]`).textContent = words ? `${value}: ${words}` : value;
}

document.addEventListener("change", ({ target }) => {
  const at = target.closest("#create-form");
  if (!at) return;
  if (target.name === "runAt" && target.value) $("[name=when][value=at]", at).checked = true;
  if (target.name === "when" && target.value === "at") $("[name=runAt]", at).focus();
  tellOffset(at);
  forgive(target);
  soon();
});

/** What was wrong with it is said of something else now. */
function forgive({ name }) {
  document.getElementById(`${name}-error`)?.remove();
  for (const field of $$(`[name="${CSS.escape(name)}"], [name="find.${CSS.escape(name)}"]`, form()))
    field.removeAttribute("aria-invalid");
}

/** A moment is said in the browser's own time. */
function tellOffset(at) {
  const { value } = $("[name=runAt]", at);
  $("[data-offset]", at).value = String(-(value ? new Date(value) : new Date()).getTimezoneOffset());
}

let asked;
function soon() {
  clearTimeout(asked);
  asked = setTimeout(preview, 200);
}

async function preview() {
  const at = form();
  if (!at) return;
  const answer = await send(at.dataset.preview, new FormData(at));
  const place = $("#create-preview");
  if (!answer?.ok || !place || at !== form()) return;
  place.innerHTML = await answer.text();
  tellTimes(place);
}

// The other view of the parameters takes the place of this one, with all that was typed.
document.addEventListener(
  "submit",
  (event) => {
    const { submitter, target } = event;
    if (!submitter?.matches("[data-turn]")) return;
    event.preventDefault();
    event.stopPropagation();
    turn(`${submitter.formAction}/turn`, new FormData(target, submitter));
  },
  true,
);

async function turn(to, fields) {
  const answer = await send(to, fields);
  const place = $("#create-job");
  if (!place) return;
  if (!answer?.ok) return say("The server can't be reached. Nothing was changed; try again in a moment.");
  place.outerHTML = await answer.text();
  htmx.process($("#create-job"));
  tellTimes($("#create-job"));
  greet();
}

/** By POST: parameters may be longer than any address. */
function send(to, fields) {
  return fetch(to, {
    method: "POST",
    headers: { "HX-Request": "true" },
    body: new URLSearchParams(fields),
  }).catch(() => {});
}

/* ---- What became of it ---- */

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (
    ctx?.sourceElement?.id === "create-form" &&
    ctx.response?.status === 200 &&
    dialog.contains(ctx.sourceElement)
  )
    dialog.close();
});

let seen = null;
function greet() {
  const now = $("#create-job");
  if (now === seen) return;
  seen = now;
  if (!now) return;
  if (form()) tellOffset(form());
  ($("[aria-invalid=true]", now) ?? $("[autofocus]", now))?.focus();
}
document.addEventListener("htmx:after:swap", greet);
greet();
