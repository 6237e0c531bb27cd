// A rule answers as it is written: every change sends the form, and the server says what it matches now.

import { $ } from "./dom.js";

const form = $("#rule-form");
const check = $(".rule-check", form);
let soon;

const ask = (ms) => {
  clearTimeout(soon);
  soon = setTimeout(() => form.requestSubmit(check), ms);
};

form.addEventListener("change", (event) => {
  if (event.target.closest("[data-rule]")) ask(0);
});
form.addEventListener("input", (event) => {
  if (event.target.matches("[data-rule] input")) ask(400);
});
// What is sent by hand needs no check of its own.
form.addEventListener("submit", () => clearTimeout(soon));
if ($("[data-open-look]")) ask(0);
