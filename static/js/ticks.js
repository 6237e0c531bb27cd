// Ticked jobs: how many, which verbs would do something to them, and all that match.

import { ask } from "./dialog.js";
import { $, $$ } from "./dom.js";

const boxes = () => $$("#jobs input[name=ids]");
const ticked = () => boxes().filter((box) => box.checked);

function tell() {
  const bar = $("#bulk");
  if (!bar) return;
  const [mine, all] = [ticked(), boxes()];
  const n = mine.length;
  bar.toggleAttribute("data-any", n > 0);
  const head = $("[data-tick-all]");
  head.checked = n > 0 && n === all.length;
  head.indeterminate = n > 0 && n < all.length;
  if (n === 0) return;
  const words =
    head.checked && n > 1 ? `All ${n} on this page ticked` : `${n} ${n === 1 ? "job" : "jobs"} ticked`;
  if ($("#ticked").textContent !== words) $("#ticked").textContent = words;
  offerAll(head.checked);
  for (const button of $$("[data-verb]", bar)) tellVerb(button, mine);
}

/** A page is ticked, and there are more that match. */
function offerAll(isWholePage) {
  const [link, all] = [$("#bulk-all"), $("[data-all]")];
  const isMore = isWholePage && all !== null && $("#pager a") !== null;
  link.hidden = !isMore;
  if (isMore) [link.href, link.textContent] = [all.href, all.textContent];
}

/** A verb that would do nothing to the ticked ones cannot be pressed, and says why. */
function tellVerb(button, mine) {
  const { verb } = button.dataset;
  const can = mine.filter((box) => box.closest("tbody").dataset.can.split(" ").includes(verb)).length;
  button.disabled = can === 0;
  button.title =
    can === 0 ? `Not possible for ${mine.length === 1 ? "the ticked job" : "any of the ticked jobs"}` : "";
  $("[data-count]", button).textContent = can > 0 && can < mine.length ? String(can) : "";
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-untick]")) untick();
  const asks = event.target.closest("[data-asks]");
  if (!asks || asks.disabled) return;
  event.preventDefault();
  ask(`${asks.formAction}?${new URLSearchParams(new FormData(asks.form, asks))}`);
});

function untick() {
  for (const box of ticked()) box.checked = false;
  tell();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.closest("#jobs")) tell();
});
document.addEventListener("htmx:after:swap", tell);
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const isDone = ctx?.response?.status === 200 && ctx.request?.method === "POST";
  if (isDone && /\/admin\/jobs\/(bulk|all)$/.test(ctx.request.action)) untick();
});
tell();
