// What the pages do beyond links and forms: theme, keyboard, dialogs, clocks that run, toasts that leave, and the care that
// live updates never take a tick, an open row or a place in the list away from somebody.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const base = document.body.dataset.base ?? "";

/* ---- Times ---- */

const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
const steps = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
];

function relative(date) {
  let value = (date - Date.now()) / 1000;
  if (Math.abs(value) < 5) return "now";
  for (const [unit, size] of steps) {
    if (Math.abs(value) < size) return ago.format(Math.round(value), unit);
    value /= size;
  }
}

function elapsed(date) {
  const s = Math.max(0, Math.floor((Date.now() - date) / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

function tellTimes(root = document) {
  for (const time of $$("time[data-ago], time[data-since]", root)) {
    const date = new Date(time.dateTime);
    const text = "since" in time.dataset ? elapsed(date) : relative(date);
    if (time.textContent !== text) time.textContent = text;
    time.title ||= date.toLocaleString();
  }
}
tellTimes();
setInterval(() => document.hidden || tellTimes(), 1000);

/* ---- Theme: the server keeps it in a cookie, so that the next page is right from its first paint ---- */

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
  if (!choice) return;
  if (choice === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = choice;
  $('meta[name="color-scheme"]').content = choice === "system" ? "light dark" : choice;
  for (const button of $$("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
});

/* ---- Dialogs, menus, toasts ---- */

const dialog = $("#dialog");
let dialogs = 0;

document.addEventListener("click", async (event) => {
  const { target } = event;
  for (const menu of $$("details.account[open], details.more[open]"))
    if (!menu.contains(target)) menu.open = false;
  if (target.closest("[data-dismiss]")) return target.closest(".toast").remove();
  if (target === dialog) return dialog.close();
  if (target.closest("[data-close]") && dialog.contains(target)) {
    event.preventDefault();
    return dialog.close();
  }
  const asks = target.closest("a[data-dialog]");
  if (!asks || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const mine = ++dialogs;
  dialog.replaceChildren();
  await htmx.ajax("GET", asks.href, { target: "#dialog", swap: "innerHTML" });
  if (mine !== dialogs) return;
  // Refused or not reached: a toast has said so, and there is nothing to ask.
  if (dialog.childElementCount === 0) return dialog.close();
  tellTimes(dialog);
  if (!dialog.open) dialog.showModal();
});
document.addEventListener("submit", (event) => {
  if (event.target.closest("[data-closes]") && dialog.contains(event.target)) dialog.close();
});

// A question in two steps: the second takes the place of the first.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-next-step]");
  if (!form || !dialog.contains(form)) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  htmx.ajax("GET", `${form.action}?${fields}`, { target: "#dialog", swap: "innerHTML" });
});
document.addEventListener("click", (event) => {
  // Undo is asked for once.
  const undo = event.target.closest("[data-undo]");
  if (undo) setTimeout(() => undo.closest(".toast").remove());
});

function leaveSoon(toast) {
  // What may be taken back stays until somebody could have thought about it.
  const stay = toast.classList.contains("toast-refused") || $("[data-undo]", toast) ? 15000 : 6000;
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leaveSoon(toast) : toast.remove()), stay);
}
for (const toast of $$(".toast")) leaveSoon(toast);
new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.nodeType === 1) leaveSoon(node);
}).observe($("#toasts"), { childList: true });

function isPoll({ sourceElement }) {
  return /every|delay/.test(sourceElement?.getAttribute("hx-trigger") ?? "");
}

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast toast-refused";
  toast.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  $("#toasts").append(toast);
}

/* ---- Requests that went wrong: an answer of ours brings its own toast ---- */

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement?.id === "stream") return lost(ctx.response.status);
  putBack(ctx);
  // It leads away from here, asks again by itself, or brings its own words.
  if (ctx.response.headers.get("HX-Redirect") || isPoll(ctx) || ctx.text?.includes("<hx-partial")) return;
  let detail;
  try {
    detail = JSON.parse(ctx.text).detail;
  } catch {
    detail = new DOMParser()
      .parseFromString(ctx.text ?? "", "text/html")
      .querySelector("[data-problem]")?.textContent;
  }
  say(detail || `The server refused this (${ctx.response.status}). Nothing was changed.`);
});
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx?.sourceElement?.id === "stream") return lost();
  if (!ctx || isPoll(ctx)) return;
  const words = "The server can't be reached. Nothing was changed; try again in a moment.";
  const form = putBack(ctx);
  if (form) tellRefusal(form, words);
  else say(words);
});

/* ---- The live stream ---- */

const lostBanner = $("#stream-lost");
let isSignedOut = false;
function lost(status) {
  isSignedOut = status === 401 || status === 403;
  if (!lostBanner) return;
  lostBanner.hidden = isSignedOut;
  $("#signed-out").hidden = !isSignedOut;
  $("#signed-out a").search = new URLSearchParams({
    next: location.pathname.slice(base.length) + location.search,
  });
}
document.addEventListener("htmx:sse:error", (event) => lost(event.detail.status));
document.addEventListener("htmx:sse:before:connection", (event) => {
  // Asking on and on changes nothing until somebody signs in.
  if (isSignedOut) event.preventDefault();
});
document.addEventListener("htmx:sse:after:connection", () => {
  if (lostBanner) lostBanner.hidden = true;
});

const list = () => $("#jobs");
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
  tellTimes();
  keepRoom();
  refreshDetails();
  for (const log of $$("[data-follow]")) if (!log.matches(":hover, :focus")) log.scrollTop = log.scrollHeight;
  tellTicks();
});

// Live work takes as much room as it needed in the last minute: what lies below does not jump with every job.
const heights = [];
function keepRoom() {
  const work = $("#working");
  if (!work) return;
  const now = Date.now();
  heights.push([now, work.offsetHeight]);
  while (heights[0][0] < now - 60_000) heights.shift();
  work.parentElement.style.minHeight = `${Math.max(...heights.map(([, height]) => height))}px`;
}
keepRoom();
setInterval(keepRoom, 5000);

let announcedAt = 0;
new MutationObserver(() => {
  if (Date.now() - announcedAt < 20000) return;
  announcedAt = Date.now();
  const figures = $$("#tiles .tile").map(
    (tile) => `${$(".label", tile).textContent.trim()} ${$(".value", tile).textContent}`,
  );
  $("#announce").textContent = figures.join(", ");
}).observe($("#tiles") ?? document.createElement("i"), {
  subtree: true,
  childList: true,
  characterData: true,
});

/* ---- Rows ---- */

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

/* ---- Suggestions while somebody types a search: the focus stays in the field ---- */

const searchField = $("[data-suggest]");
if (searchField) {
  const box = $("#suggestions");
  let found = [];
  let chosen = -1;
  let asked = 0;
  let soon;
  searchField.setAttribute("role", "combobox");
  searchField.setAttribute("aria-autocomplete", "list");
  searchField.setAttribute("aria-controls", box.id);
  searchField.setAttribute("aria-expanded", "false");

  const show = (suggestions) => {
    found = suggestions;
    chosen = -1;
    box.replaceChildren(
      ...found.map(({ text, label, kind }, i) => {
        const option = document.createElement("div");
        option.id = `suggestion-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const name = document.createElement("b");
        name.textContent = kind === "recent" ? label : text;
        const about = document.createElement("small");
        about.textContent = kind === "recent" ? text : label === text ? "" : label;
        option.append(name, about);
        return option;
      }),
    );
    box.hidden = found.length === 0;
    searchField.setAttribute("aria-expanded", String(!box.hidden));
    searchField.removeAttribute("aria-activedescendant");
  };
  const hide = () => {
    clearTimeout(soon);
    asked++;
    show([]);
  };
  const suggest = async () => {
    const mine = ++asked;
    const at = searchField.selectionStart ?? searchField.value.length;
    const query = new URLSearchParams({ q: searchField.value, at: String(at) });
    try {
      const answer = await fetch(`${searchField.dataset.suggest}&${query}`);
      if (!answer.ok || mine !== asked) return;
      const suggestions = await answer.json();
      // What is typed already needs no suggestion.
      const left = suggestions.filter(({ text, from, to }) => searchField.value.slice(from, to) !== text);
      if (mine === asked && document.activeElement === searchField) show(left);
    } catch {
      // A search works without them.
    }
  };
  const choose = (i) => {
    chosen = i;
    for (const [n, option] of [...box.children].entries())
      option.setAttribute("aria-selected", String(n === chosen));
    if (chosen < 0) return searchField.removeAttribute("aria-activedescendant");
    searchField.setAttribute("aria-activedescendant", box.children[chosen].id);
    box.children[chosen].scrollIntoView({ block: "nearest" });
  };
  const take = (i) => {
    const { text, kind, from, to } = found[i];
    const gap = kind === "value" && !/^\s/.test(searchField.value.slice(to)) ? " " : "";
    searchField.setRangeText(text + gap, from, to, "end");
    hide();
    if (kind === "field") suggest();
  };
  searchField.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(suggest, 120);
  });
  searchField.addEventListener("blur", hide);
  searchField.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && box.hidden) suggest();
    // One place more than there are: from the last back to what was typed.
    else if (step) choose(((chosen + 1 + step + found.length + 1) % (found.length + 1)) - 1);
    else if (event.key === "Enter" && chosen >= 0) take(chosen);
    else if (event.key === "Escape" && !box.hidden) hide();
    else return;
    event.preventDefault();
  });
  box.addEventListener("pointerdown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const i = [...box.children].indexOf(event.target.closest("[role=option]"));
    if (i >= 0) take(i);
  });
}

/* ---- Controls that apply at once ---- */

document.addEventListener("change", (event) => {
  const field = event.target;
  const form = field.closest("form[data-at-once]");
  if (!form) return;
  if (field.checkValidity()) {
    const pair = ["addKind", "addValue"];
    // A kind without its number, or a number without its kind: the other half is still to come.
    if (pair.includes(field.name) && pair.some((name) => form.elements[name].value === "")) return;
    return form.requestSubmit();
  }
  const why = field.validationMessage;
  const wrong = field.value;
  field.value = field.defaultValue;
  tellRefusal(form, `Not changed${wrong ? ` to ${wrong}` : ""}. ${why}`);
});

/** Shows what holds again, and beside it why it still does. */
function tellRefusal(form, text) {
  const place = $("[data-refusal]", form);
  if (place) place.textContent = text;
  else say(text);
}

/** A change that did not happen leaves no trace in its control. */
function putBack(ctx) {
  const form = ctx?.sourceElement?.closest?.("form[data-at-once]");
  form?.reset();
  return form;
}

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

/* ---- Keyboard ---- */

const keys = [
  ["/", "Search"],
  ["g j", "Go to jobs"],
  ["g o", "Go to the overview"],
  ["g l", "Go to the library"],
  ["g s", "Go to settings"],
  ["j / k", "Next, previous row"],
  ["e", "Open or close the row"],
  ["x", "Tick the row"],
  ["r", "Retry the row's job"],
  ["c", "Cancel the row's job"],
  ["p", "Pause the row's job, or resume it"],
  ["Esc", "Let go of the row, close"],
  ["?", "This list"],
];

function showKeys() {
  const title = document.createElement("h2");
  title.textContent = "Keyboard shortcuts";
  const sheet = document.createElement("dl");
  sheet.className = "keys";
  for (const [key, what] of keys) {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    for (const part of key.split(" ")) {
      if (part === "/" && key !== "/") {
        dt.append(" / ");
        continue;
      }
      const kbd = document.createElement("kbd");
      kbd.textContent = part;
      dt.append(kbd, " ");
    }
    dd.textContent = what;
    sheet.append(dt, dd);
  }
  const close = document.createElement("button");
  close.className = "btn";
  close.dataset.close = "";
  close.textContent = "Close";
  const frame = document.createElement("div");
  frame.className = "confirm";
  frame.append(title, sheet, close);
  dialog.replaceChildren(frame);
  dialog.showModal();
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) showKeys();
});

const places = { j: "/admin/jobs", o: "/admin", l: "/", s: "/admin/settings" };
let goes = 0;

function step(by) {
  const rows = $$("#jobs > tbody[id^=job-]:not(#jobs-none)");
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row.hasAttribute("data-current"));
  const next =
    rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
  rows[at]?.removeAttribute("data-current");
  next.setAttribute("data-current", "");
  next.scrollIntoView({ block: "nearest" });
  $("a[data-expand]", next).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.target.matches("input:not([type=checkbox]), textarea, select")
  )
    return;
  if (dialog.open) return;
  const row = $("#jobs tbody[data-current]");
  const press = (selector) => {
    if (row) $(selector, row)?.click();
    return row !== null;
  };
  if (Date.now() - goes < 1500 && places[event.key]) {
    goes = 0;
    $(`.side a[href="${base}${places[event.key]}"]`)?.click();
    return;
  }
  const acts = {
    "/": () => focusOn($("[data-search]")),
    "?": () => showKeys(),
    g: () => {
      goes = Date.now();
    },
    j: () => list() && step(1),
    k: () => list() && step(-1),
    e: () => press("a[data-expand]"),
    x: () => press("input[name=ids]"),
    r: () => press("[data-move=retry]"),
    c: () => press("[data-move=cancel]"),
    p: () => press("[data-move=pause], [data-move=resume]"),
    Escape: () => row?.removeAttribute("data-current"),
  };
  if (!acts[event.key]) return;
  acts[event.key]();
  event.preventDefault();
});

function focusOn(field) {
  field?.focus();
  field?.select();
}
