// Requests that went wrong. An answer of ours brings its own toast; whatever else is told here, and the control that asked
// shows again what holds.

import { putBack, tellRefusal } from "./at-once.js";
import { lost } from "./stream.js";
import { say } from "./toasts.js";

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

function isPoll({ sourceElement }) {
  return /every|delay/.test(sourceElement?.getAttribute("hx-trigger") ?? "");
}
