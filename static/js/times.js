// Moments as people say them: "3 min ago" and "running for 2 min" go on without the server.

import { $$ } from "./dom.js";

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

export function tellTimes(root = document) {
  for (const time of $$("time[data-ago], time[data-since]", root)) {
    const date = new Date(time.dateTime);
    const text = "since" in time.dataset ? elapsed(date) : relative(date);
    if (time.textContent !== text) time.textContent = text;
    time.title ||= date.toLocaleString();
  }
}
tellTimes();
document.addEventListener("htmx:after:swap", () => tellTimes());
setInterval(() => document.hidden || tellTimes(), 1000);
