// The keys of every page, and the sheet that lists them.

import { dialog } from "./dialog.js";
import { $, $$, base, isField } from "./dom.js";

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
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
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
    j: () => $("#jobs") && step(1),
    k: () => $("#jobs") && step(-1),
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
