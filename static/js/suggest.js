// Suggestions while somebody types a search: the focus stays in the field.

import { $ } from "./dom.js";

const searchField = $("[data-suggest]");
if (searchField) {
  const box = $("#suggestions");
  let found = [];
  let chosen = -1;
  let asked = 0;
  let soon;
  searchField.setAttribute("role", "combobox");
  searchField.setAttribute("aria-autocomplete", "list");
  searchField.setAttribute("aria-controls", box.id);
  searchField.setAttribute("aria-expanded", "false");

  const show = (suggestions) => {
    found = suggestions;
    chosen = -1;
    box.replaceChildren(
      ...found.map(({ text, label, kind }, i) => {
        const option = document.createElement("div");
        option.id = `suggestion-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const name = document.createElement("b");
        name.textContent = kind === "recent" ? label : text;
        const about = document.createElement("small");
        about.textContent = kind === "recent" ? text : label === text ? "" : label;
        option.append(name, about);
        return option;
      }),
    );
    box.hidden = found.length === 0;
    searchField.setAttribute("aria-expanded", String(!box.hidden));
    searchField.removeAttribute("aria-activedescendant");
  };
  const hide = () => {
    clearTimeout(soon);
    asked++;
    show([]);
  };
  const suggest = async () => {
    const mine = ++asked;
    const at = searchField.selectionStart ?? searchField.value.length;
    const query = new URLSearchParams({ q: searchField.value, at: String(at) });
    try {
      const answer = await fetch(`${searchField.dataset.suggest}&${query}`);
      if (!answer.ok || mine !== asked) return;
      const suggestions = await answer.json();
      // What is typed already needs no suggestion.
      const left = suggestions.filter(({ text, from, to }) => searchField.value.slice(from, to) !== text);
      if (mine === asked && document.activeElement === searchField) show(left);
    } catch {
      // A search works without them.
    }
  };
  const choose = (i) => {
    chosen = i;
    for (const [n, option] of [...box.children].entries())
      option.setAttribute("aria-selected", String(n === chosen));
    if (chosen < 0) return searchField.removeAttribute("aria-activedescendant");
    searchField.setAttribute("aria-activedescendant", box.children[chosen].id);
    box.children[chosen].scrollIntoView({ block: "nearest" });
  };
  const take = (i) => {
    const { text, kind, from, to } = found[i];
    const gap = kind === "value" && !/^\s/.test(searchField.value.slice(to)) ? " " : "";
    searchField.setRangeText(text + gap, from, to, "end");
    hide();
    if (kind === "field") suggest();
  };
  searchField.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(suggest, 120);
  });
  searchField.addEventListener("blur", hide);
  searchField.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && box.hidden) suggest();
    // One place more than there are: from the last back to what was typed.
    else if (step) choose(((chosen + 1 + step + found.length + 1) % (found.length + 1)) - 1);
    else if (event.key === "Enter" && chosen >= 0) take(chosen);
    else if (event.key === "Escape" && !box.hidden) hide();
    else return;
    event.preventDefault();
  });
  box.addEventListener("pointerdown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const i = [...box.children].indexOf(event.target.closest("[role=option]"));
    if (i >= 0) take(i);
  });
}
