// The command palette: Ctrl-K, or the search button. What it always offers is matched here; what only the server can
// find, files and jobs, comes after.

import { ask, dialog } from "./dialog.js";
import { $, $$, aboutThisFile, base } from "./dom.js";
import { fit } from "./fuzzy.js";

const opener = $("[data-palette]");
const perGroup = 6;
const storeName = "sprocket-recent";

/** What it always offers; what the server found for `foundFor`. */
let offered = [];
let found = [];
let foundFor = "";
let shown = [];
let chosen = 0;
let asked = 0;
let soon;

let palette;
let field;
let list;

if (opener) {
  palette = build();
  field = $("input", palette);
  list = $("[role=listbox]", palette);
  document.body.append(palette);
  opener.addEventListener("click", open);
  // Whoever reaches for it will not have to wait for it.
  for (const hint of ["pointerenter", "focus"])
    opener.addEventListener(hint, () => offered.length || offer());
  document.addEventListener("keydown", (event) => {
    if (
      event.key.toLowerCase() !== "k" ||
      !(event.ctrlKey || event.metaKey) ||
      event.altKey ||
      event.shiftKey
    )
      return;
    event.preventDefault();
    if (palette.open) palette.close();
    else if (!dialog.open) open();
  });
  palette.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(Number(option.dataset.at), event.ctrlKey || event.metaKey);
    else if (event.target === palette || event.target.closest("[data-shut]")) palette.close();
  });
  field.addEventListener("input", search);
  field.addEventListener("keydown", move);
}

function open() {
  field.value = "";
  [found, foundFor] = [[], ""];
  render();
  palette.showModal();
  field.focus();
  offer();
}

async function offer() {
  offered = (await read("")) ?? offered;
  if (palette.open) render();
}

function search() {
  render();
  clearTimeout(soon);
  soon = setTimeout(async () => {
    const q = field.value.trim();
    const mine = ++asked;
    const items = q.length < 2 && !/^#?\d/.test(q) ? [] : await read(q);
    if (mine !== asked) return;
    [found, foundFor] = [items ?? [], q];
    render();
  }, 90);
}

async function read(q) {
  try {
    const answer = await fetch(`${base}/admin/palette?${new URLSearchParams({ q })}`, {
      headers: { accept: "application/json" },
    });
    return answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    return null;
  }
}

/* ---- What it shows ---- */

function render() {
  const before = shown[chosen]?.id;
  const q = field.value.trim().toLowerCase();
  const groups = q === "" ? atRest() : matching(q);
  shown = groups.flatMap(([, items]) => items);
  const still = shown.findIndex(({ id }) => id === before);
  list.replaceChildren(...groups.map(groupOf));
  $("[data-empty]", palette).hidden = shown.length > 0 || offered.length === 0;
  $("[data-empty] q", palette).textContent = field.value.trim();
  // Results that come later do not take the choice away; new words begin at the top.
  choose(q === lastWords && still >= 0 ? still : 0);
  lastWords = q;
}
let lastWords = "";

function atRest() {
  const recent = recentIds()
    .map((id) => offered.find((item) => item.id === id))
    .filter(Boolean)
    .slice(0, 5);
  const others = (group) => offered.filter((item) => item.group === group && !recent.includes(item));
  return [
    ["Recent", recent],
    ["Go to", others("Go to")],
    ["Do", others("Do")],
  ].filter(([, items]) => items.length > 0);
}

function matching(q) {
  const words = q.split(/\s+/);
  const recent = recentIds();
  // What the server found for a part of the words still counts while it looks again.
  const fresh = foundFor !== "" && q.startsWith(foundFor.toLowerCase()) ? found : [];
  const rated = [
    ...offered.map((item) => ({ item, rate: rateOf(item, words, recent) })),
    ...fresh.map((item) => ({
      item,
      rate: fixedRates[item.group] ?? Math.max(35, rateOf(item, words, recent)),
    })),
  ].filter(({ rate }) => rate > 0);
  const groups = new Map();
  for (const { item } of rated.sort((a, b) => b.rate - a.rate)) {
    const items = groups.get(item.group) ?? [];
    if (items.length < perGroup) items.push(item);
    groups.set(item.group, items);
  }
  return [...groups];
}

/** A number is meant; searching the list is what is left to do. */
const fixedRates = { Job: 1000, Search: 1 };

/** The name counts most; other words only find. */
function rateOf({ id, label, words: more = "", about = "" }, words, recent) {
  const name = fit(label, words);
  const rate =
    name > 0
      ? name + 100
      : words.every((word) => `${label} ${about} ${more}`.toLowerCase().includes(word))
        ? 40
        : 0;
  return rate > 0 && recent.includes(id) ? rate + 15 : rate;
}

function groupOf([name, items], n) {
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  const title = document.createElement("p");
  title.id = `palette-group-${n}`;
  title.textContent = name;
  group.setAttribute("aria-labelledby", title.id);
  group.append(title, ...items.map(optionOf));
  return group;
}

function optionOf(item) {
  const at = shown.indexOf(item);
  const option = document.createElement("div");
  option.id = `palette-${at}`;
  option.dataset.at = at;
  option.setAttribute("role", "option");
  const icon = document.createElement("i");
  icon.className = `icon i-${item.icon}`;
  icon.setAttribute("aria-hidden", "true");
  const label = document.createElement("b");
  label.textContent = item.asks ? `${item.label}…` : item.label;
  const about = document.createElement("small");
  about.textContent = item.about ?? "";
  const what = document.createElement("small");
  what.className = "palette-what";
  what.textContent = item.post ? "at once" : "";
  option.append(icon, label, about, what);
  return option;
}

function choose(at) {
  chosen = at;
  for (const option of $$("[role=option]", list))
    option.setAttribute("aria-selected", String(Number(option.dataset.at) === at));
  const option = $(`#palette-${at}`, list);
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
  // The heading above the first comes along.
  if (at === 0) list.scrollTop = 0;
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length > 0) choose((chosen + step + shown.length) % shown.length);
  else if (event.key === "Enter") take(chosen, event.ctrlKey || event.metaKey);
  else return;
  event.preventDefault();
}

/* ---- What it does ---- */

function take(at, inNewTab) {
  const item = shown[at];
  if (!item) return;
  remember(item.id);
  palette.close();
  if (item.press) $(item.press)?.click();
  else if (item.post) send(item.post);
  else if (item.asks && !inNewTab) ask(aboutThisFile(item.href));
  else if (inNewTab) window.open(item.href, "_blank");
  else location.assign(item.href);
}

/** By the page's own form for acts, whose answer is a toast. */
function send(path) {
  const button = document.createElement("button");
  button.hidden = true;
  button.setAttribute("form", "act");
  button.setAttribute("formaction", path);
  document.body.append(button);
  button.click();
  setTimeout(() => button.remove());
}

function recentIds() {
  try {
    return JSON.parse(localStorage.getItem(storeName)) ?? [];
  } catch {
    return [];
  }
}

/** Only what is offered every time: files and jobs come and go. */
function remember(id) {
  if (!offered.some((item) => item.id === id)) return;
  try {
    localStorage.setItem(
      storeName,
      JSON.stringify([id, ...recentIds().filter((one) => one !== id)].slice(0, 12)),
    );
  } catch {
    // A browser that keeps nothing forgets it.
  }
}

function build() {
  const frame = document.createElement("dialog");
  frame.id = "palette";
  frame.setAttribute("aria-label", "Search or jump");
  // Fixed words only: what the server says is set as text.
  frame.innerHTML = `<div class="palette">
    <div class="palette-field"><i class="icon i-search" aria-hidden="true"></i>
      <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
        aria-label="Search or jump" placeholder="A page, an act, a queue, a file, #12 for a job" autocomplete="off" autocapitalize="none"
        spellcheck="false" enterkeyhint="go">
      <button type="button" class="btn-icon" data-shut aria-label="Close"><i class="icon i-x" aria-hidden="true"></i></button></div>
    <div class="palette-list" id="palette-list" role="listbox" aria-label="Results"></div>
    <p class="empty" data-empty hidden><b>Nothing is called <q></q>.</b> Pages, acts, queues, settings, files and job numbers can be found here.</p>
    <p class="palette-foot" aria-hidden="true"><span><kbd>↑</kbd> <kbd>↓</kbd> choose</span><span><kbd>Enter</kbd> open or do</span><span><kbd>Esc</kbd> close</span></p>
  </div>`;
  return frame;
}
