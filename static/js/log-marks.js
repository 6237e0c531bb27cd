// What is marked in a log without a change of its text: found words, moments, lines that tell of trouble. A browser without
// highlights counts what it finds all the same.

import { $ } from "./dom.js";

const marks = { "log-found": new Set(), "log-hit": new Set(), "log-bad": new Set(), "log-time": new Set() };
const limits = { lines: 4000, hits: 2000 };

/** What stands out by itself: moments, and lines that tell of trouble. */
export function paint(panel, state) {
  if (!globalThis.Highlight) return find(panel, state, 0);
  const log = $(".log", panel);
  const node = log.firstChild;
  for (const set of Object.values(marks))
    for (const range of set)
      if (!range.startContainer.isConnected || range.startContainer === node) set.delete(range);
  if (node?.nodeType !== Node.TEXT_NODE) return publish();
  const text = node.data;
  const from = text.length > 200_000 ? text.length - 200_000 : 0;
  let lines = 0;
  for (const { 0: stamp, index } of text.slice(from).matchAll(/^\[[\d: TZ.-]+\]/gm)) {
    if (lines++ > limits.lines) break;
    marks["log-time"].add(rangeOf(node, from + index, stamp.length));
  }
  for (const { 0: line, index } of text.slice(from).matchAll(/^.*\b(?:failed|error|fatal|killed)\b.*$/gim)) {
    if (lines++ > limits.lines) break;
    marks["log-bad"].add(rangeOf(node, from + index, line.length));
  }
  find(panel, state, 0);
}

function rangeOf(node, at, length) {
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + length);
  return range;
}

function publish() {
  if (!globalThis.Highlight) return;
  for (const [name, set] of Object.entries(marks)) {
    const highlight = new Highlight(...set);
    highlight.priority = name === "log-hit" ? 3 : name === "log-found" ? 2 : 0;
    CSS.highlights.set(name, highlight);
  }
}

/** `step`: on to the next one, or back; 0 stays. */
export function find(panel, state, step) {
  const word = $("[data-log-find]", panel).value.toLowerCase();
  const node = $(".log", panel).firstChild;
  for (const name of ["log-found", "log-hit"])
    for (const range of marks[name]) if (panel.contains(range.startContainer)) marks[name].delete(range);
  state.hits = [];
  if (word && node) {
    const lower = node.data.toLowerCase();
    // Some letters grow as they shrink: then places would not fit.
    const text = lower.length === node.data.length ? lower : node.data;
    for (
      let at = text.indexOf(word);
      at >= 0 && state.hits.length < limits.hits;
      at = text.indexOf(word, at + word.length)
    )
      state.hits.push(rangeOf(node, at, word.length));
  }
  for (const range of state.hits) marks["log-found"].add(range);
  tellHits(panel, state, word, step);
  publish();
}

function tellHits(panel, state, word, step) {
  const n = state.hits.length;
  if (step && n > 0) {
    state.hit = (state.hit + step + n) % n;
    const log = $(".log", panel);
    const top = state.hits[state.hit].getBoundingClientRect().top - log.getBoundingClientRect().top;
    log.scrollTop += top - log.clientHeight / 2;
  }
  if (n === 0 || !word) state.hit = -1;
  if (state.hit >= 0) marks["log-hit"].add(state.hits[state.hit]);
  const many = n === limits.hits ? `${n} or more` : String(n);
  const words = !word
    ? ""
    : n === 0
      ? "not found"
      : state.hit >= 0
        ? `${state.hit + 1} of ${many}`
        : `${many} found`;
  if ($("[data-log-hits]", panel).textContent !== words) $("[data-log-hits]", panel).textContent = words;
}
