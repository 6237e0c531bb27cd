// Moments as people say them: "3 min ago" and "running for 2 min" go on without the server.

import { $$ } from "./dom.js";
import { elapsed, relative } from "./moments.js";

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
