// What a chart says where somebody points: one moment in all charts at once, by mouse, finger or arrow keys. The server has
// written every value and the words of every bucket into the page.

import { $, $$ } from "./dom.js";

const count = new Intl.NumberFormat("en");
/** How far a page key goes. */
const leap = 10;
let shown = null;

const charts = () => $$("figure.chart");
const words = () => $("#chart-times")?.dataset.words.split("|") ?? [];
const bucketsOf = (chart) => chart.dataset.values.split(";");

function duration(s) {
  if (s < 0.9995) return `${Math.round(s * 1000)} ms`;
  if (s < 9.95) return `${s.toFixed(1)} s`;
  const two = (a, unit, b, small) => (b === 0 ? `${a} ${unit}` : `${a} ${unit} ${b} ${small}`);
  const whole = Math.round(s);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return two(Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h");
}

function valueWords(unit, text) {
  if (text === undefined || text === "-") return "–";
  const value = Number(text);
  if (unit === "ms") return duration(value / 1000);
  if (unit === "s") return value === 0 ? "none" : duration(value);
  if (unit === "share") return `${Number((value * 100).toPrecision(2))} %`;
  return count.format(Math.round(value * 100) / 100);
}

/** What the bucket holds, in the order of the chart's legend; the number of jobs where that is few. */
function read(chart, i) {
  const bucket = bucketsOf(chart)[i];
  const units = chart.dataset.units.split(" ");
  if (!bucket) return { values: units.map(() => "–"), note: ", not recorded" };
  const parts = bucket.split(" ");
  const sample = parts[units.length];
  const few = sample !== undefined && Number(sample) < 5;
  const note = sample === "0" ? "" : few ? `, from ${sample} ${sample === "1" ? "job" : "jobs"}` : "";
  return { values: units.map((unit, k) => valueWords(unit, parts[k])), note };
}

function tell(chart, i) {
  const moment = words()[i];
  const { values, note } = read(chart, i);
  $$(".key b", chart).forEach((value, k) => {
    value.textContent = values[k];
  });
  $(".moment", chart).textContent = `${moment}${note}`;
  const hair = $(".crosshair", chart);
  hair.hidden = false;
  hair.style.insetInlineStart = `${((i + 0.5) / words().length) * 100}%`;
  const slider = $(".cursor", chart);
  const labels = $$(".key", chart).map((key) => key.textContent.trim().replace(/\s+/g, " "));
  slider.ariaValueMax = String(words().length - 1);
  slider.ariaValueNow = String(i);
  slider.ariaValueText = `${moment}${note}: ${labels.join(", ")}`;
}

function show(i) {
  shown = Math.min(Math.max(0, i), words().length - 1);
  for (const chart of charts()) tell(chart, shown);
}

function rest() {
  shown = null;
  for (const chart of charts()) {
    for (const text of $$("[data-rest]", chart)) text.textContent = text.dataset.rest;
    $(".crosshair", chart).hidden = true;
  }
}

const cursorOf = (event) => event.target.closest?.(".chart .cursor");

function pointed(event) {
  const cursor = cursorOf(event);
  if (!cursor || words().length === 0) return;
  const { left, width } = cursor.getBoundingClientRect();
  show(Math.floor(((event.clientX - left) / width) * words().length));
}
document.addEventListener("pointermove", pointed);
document.addEventListener("pointerdown", pointed);
// A finger that lifts leaves what it showed; a mouse that goes away does not.
document.addEventListener("pointerout", (event) => {
  if (event.pointerType === "mouse" && cursorOf(event)) rest();
});

/** The day, week or month that holds the bucket. */
function closer(i) {
  const { groups, hrefs } = $("#chart-times").dataset;
  if (!groups) return;
  const index = groups.split(" ").findLastIndex((first) => Number(first) <= i);
  location.assign(`${hrefs.split("|")[index]}#charts`);
}
document.addEventListener("click", (event) => {
  if (cursorOf(event) && shown !== null && event.pointerType === "mouse") closer(shown);
});
document.addEventListener("focusin", (event) => {
  if (cursorOf(event) && shown === null) show(words().length - 1);
});
document.addEventListener("focusout", (event) => {
  if (cursorOf(event)) rest();
});
document.addEventListener("keydown", (event) => {
  if (!cursorOf(event) || words().length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -leap, PageUp: leap };
  if (event.key in moves) show(shown === null ? words().length - 1 : shown + moves[event.key]);
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(words().length - 1);
  else if (event.key === "Enter" && shown !== null) closer(shown);
  else if (event.key === "Escape") rest();
  else return;
  event.preventDefault();
});

// What has just come in speaks of now; who reads goes on reading where they were.
document.addEventListener("htmx:after:swap", () => {
  if (shown !== null && charts().length > 0) show(shown);
});

// The chip's address differs from the page's by its fragment alone, which would only scroll.
document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("#events-new a");
  if (!chip || chip.pathname + chip.search !== location.pathname + location.search) return;
  event.preventDefault();
  location.hash = chip.hash;
  location.reload();
});
