// The choice of colours. The server keeps it in a cookie, so that the next page is right from its first paint.

import { $, $$ } from "./dom.js";

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
  if (!choice) return;
  if (choice === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = choice;
  $('meta[name="color-scheme"]').content = choice === "system" ? "light dark" : choice;
  for (const button of $$("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
});
