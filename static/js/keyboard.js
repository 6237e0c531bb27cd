// The keys of every page, and the sheet that lists those which do something on this one.
//
// A list says `data-rows`, with the keys its rows have ("r Retry|c Cancel"); its rows say `data-row`, what opens one
// `data-open`, and what a key presses `data-key="r"`. A `data-key` outside of rows is a key of the page.

import { ask, dialog, show } from "./dialog.js";
import { $, $$, aboutThisFile, base, isField } from "./dom.js";
import { say } from "./toasts.js";

const rows = () => $$("[data-rows] [data-row]");
const current = () => $("[data-rows] [data-row][data-current]");
const isOwners = $("[data-palette]") !== null;

/* ---- Everywhere ---- */

const places = {
  j: ["/admin/jobs", "Jobs"],
  o: ["/admin", "Overview"],
  l: ["/", "Library"],
  p: ["/admin/problems", "Problems"],
  h: ["/admin/history", "History"],
  s: ["/admin/settings", "Settings"],
};
const linkTo = (path) => $(`.side a[href="${base}${path}"]`);

const keys = {
  "/": { what: "Search", has: () => $("[data-search]"), act: () => focusOn($("[data-search]")) },
  n: { what: "New job", has: () => isOwners, act: () => ask(aboutThisFile(`${base}/admin/jobs/new`)) },
  u: {
    what: "Undo what the last message says",
    has: () => isOwners,
    act: () => $$("#toasts [data-undo]").at(-1)?.click(),
  },
  "?": { what: "This list", has: () => true, act: showKeys },
  Escape: { what: "Close, let go of the row", has: () => true, act: letGo },
};

function focusOn(field) {
  field.focus();
  field.select();
}

function letGo() {
  const menu = $$("details:is(.account, .more)[open]").at(-1);
  if (menu) {
    menu.open = false;
    $("summary", menu).focus();
  } else current()?.removeAttribute("data-current");
}

/* ---- Lists ---- */

/** Where the current row stood: the next step goes on from there when the row is gone. */
let lastAt = -1;

const listKeys = {
  j: { what: "Next row", act: () => step(1) },
  k: { what: "Previous row", act: () => step(-1) },
  e: {
    what: "Open or close the row",
    has: () => $("[data-rows] [data-open]"),
    act: () => $("[data-open]", current())?.click(),
  },
  x: { what: "Tick the row", has: () => $("[data-rows] [data-key=x]"), act: () => press("x") },
};

function step(by) {
  const all = rows();
  const now = all.findIndex((row) => row.hasAttribute("data-current"));
  const from = now >= 0 ? now : lastAt >= 0 ? lastAt - (by > 0 ? 1 : 0) : by > 0 ? -1 : all.length;
  lastAt = Math.min(all.length - 1, Math.max(0, from + by));
  all[now]?.removeAttribute("data-current");
  const next = all[lastAt];
  next.setAttribute("data-current", "");
  next.scrollIntoView({ block: "nearest" });
  ($("[data-open]", next) ?? $("a[href], button, input", next))?.focus({ preventScroll: true });
}

/** Of the current row, or of the page itself. */
function press(key) {
  const row = current();
  const button = row ? $(`[data-key="${key}"]`, row) : pageKeys().find((one) => one.dataset.key === key);
  if (button) return button.click();
  const what = rowKeys().find(([one]) => one === key)?.[1];
  if (what)
    say(
      row ? `${what}: not possible for this row as it stands.` : `${what} which row? Choose one by j or k.`,
    );
}

const pageKeys = () => $$("[data-key]").filter((one) => !one.closest("[data-row]") && one.checkVisibility());

/** `r Retry|c Cancel` of the list, as pairs. */
const rowKeys = () =>
  ($("[data-rows]")?.dataset.rows ?? "")
    .split("|")
    .filter(Boolean)
    .map((one) => [one.slice(0, one.indexOf(" ")), one.slice(one.indexOf(" ") + 1)]);

/* ---- Pressing ---- */

let goes = 0;
const repeats = ["j", "k"];

document.addEventListener("keydown", (event) => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isField(event.target) || dialog.open || $("dialog[open]")) return;
  if (event.repeat && !repeats.includes(key)) return;
  if (act(key)) event.preventDefault();
});

/** Whether the key did something here. */
function act(key) {
  const goesTo = Date.now() - goes < 1500 ? places[key] : undefined;
  goes = key === "g" ? Date.now() : 0;
  if (goesTo && linkTo(goesTo[0])) {
    linkTo(goesTo[0]).click();
    return true;
  }
  const isList = rows().length > 0;
  const known =
    Object.hasOwn(listKeys, key) && isList ? listKeys[key] : Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (known) {
    if (known.has && !known.has()) return false;
    known.act();
    return true;
  }
  if (!rowKeys().some(([one]) => one === key) && !pageKeys().some((one) => one.dataset.key === key))
    return false;
  press(key);
  return true;
}

/* ---- The sheet ---- */

function showKeys() {
  const title = document.createElement("h2");
  title.textContent = "Keyboard shortcuts";
  const groups = document.createElement("div");
  groups.className = "key-groups";
  groups.append(...sheet().map(groupOf));
  const hint = document.createElement("p");
  hint.className = "muted";
  hint.textContent = "They work wherever the focus is, but in a field.";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn";
  close.dataset.close = "";
  close.autofocus = true;
  close.textContent = "Close";
  const foot = document.createElement("div");
  foot.className = "row";
  foot.append(hint, close);
  const frame = document.createElement("div");
  frame.className = "key-sheet";
  frame.append(title, groups, foot);
  dialog.replaceChildren(frame);
  show();
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) showKeys();
});

/** Only what works here. */
function sheet() {
  const working = (table) =>
    Object.entries(table)
      .filter(([, { has }]) => !has || has())
      .map(([key, { what }]) => [key === "Escape" ? "Esc" : key, what]);
  const goTo = Object.entries(places)
    .filter(([, [path]]) => linkTo(path))
    .map(([key, [, what]]) => [`g ${key}`, what]);
  const isList = $("[data-rows]") !== null;
  const ofPage = pageKeys().map((one) => [one.dataset.key, nameOf(one)]);
  const neighbours = [
    ["←", "Previous file", "previous"],
    ["→", "Next file", "next"],
  ].filter(([, , id]) => document.getElementById(id));
  return [
    ["Everywhere", [...(isOwners ? [["Ctrl K", "Search or jump"]] : []), ...working(keys)]],
    ["Go to", goTo],
    ["Lists", isList ? working(listKeys) : []],
    ["The current row", isList ? rowKeys() : []],
    ["The player", $("#stage :is(video, audio)") ? playerKeys : []],
    ["This page", [...ofPage, ...neighbours]],
  ].filter(([, lines]) => lines.length > 0);
}

/** Of player-keys.js and moment-editor.js. */
const playerKeys = [
  ["k", "Play, pause"],
  ["j", "10 s back"],
  ["l", "10 s on"],
  ["←", "5 s back, while it plays"],
  ["→", "5 s on, while it plays"],
  [",", "One frame back"],
  [".", "One frame on"],
  ["0–9", "To a tenth of it"],
  ["m", "Mute"],
  ["c", "Subtitles"],
  ["f", "Full screen"],
  ["i", "A moment starts here"],
  ["o", "A moment ends here"],
];

function nameOf(element) {
  return (
    element.dataset.keyName ??
    (element.textContent.trim() || element.getAttribute("aria-label") || element.title)
  );
}

function groupOf([name, lines]) {
  const group = document.createElement("section");
  const title = document.createElement("h3");
  title.textContent = name;
  const list = document.createElement("dl");
  list.append(...lines.map(lineOf));
  group.append(title, list);
  return group;
}

function lineOf([key, what]) {
  const line = document.createElement("div");
  const dt = document.createElement("dt");
  for (const part of key.split(" ")) {
    const kbd = document.createElement("kbd");
    kbd.textContent = part;
    dt.append(kbd, " ");
  }
  const dd = document.createElement("dd");
  dd.textContent = what;
  line.append(dt, dd);
  return line;
}
