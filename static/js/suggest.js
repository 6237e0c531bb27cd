// Suggestions while somebody types a search: the focus stays in the field.

import { $ } from "./dom.js";

const searchField = $("[data-suggest]");
if (searchField) {
  const box = $("#suggestions");
  const { searchParams } = new URL(searchField.dataset.suggest, location.href);
  const storedAs = `sprocket.searches.${searchParams.get("for")}`;
  let found = [];
  let chosen = -1;
  let asked = 0;
  let isStale = false;
  let coming = null;
  let soon;
  searchField.setAttribute("role", "combobox");
  searchField.setAttribute("aria-autocomplete", "list");
  searchField.setAttribute("aria-controls", box.id);
  searchField.setAttribute("aria-expanded", "false");

  const show = (suggestions) => {
    found = suggestions;
    isStale = false;
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
        about.textContent =
          kind === "recent" ? text : kind === "before" ? "searched before" : label === text ? "" : label;
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
  // Searches of this browser, newest first: they come back while the field is empty.
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(storedAs) ?? "[]").filter((q) => typeof q === "string");
    } catch {
      return [];
    }
  };
  const keep = (q) => {
    try {
      localStorage.setItem(storedAs, JSON.stringify([q, ...kept().filter((one) => one !== q)].slice(0, 6)));
    } catch {
      // A browser that keeps nothing searches all the same.
    }
  };
  if (searchField.value && !searchField.matches("[aria-invalid]")) keep(searchField.value);
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
      const before =
        searchField.value.trim() === ""
          ? kept().map((text) => ({
              text,
              label: text,
              kind: "before",
              from: 0,
              to: searchField.value.length,
            }))
          : [];
      if (mine === asked && document.activeElement === searchField) show([...before, ...left]);
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
    // What was chosen stood for other words; and what an empty field offers is for an empty field.
    choose(-1);
    isStale = true;
    // An answer that is still on its way is for fewer letters, and would put itself before them.
    asked++;
    if (found.some(({ kind }) => kind === "before") || searchField.value.length === 1) show([]);
    clearTimeout(soon);
    soon = setTimeout(suggest, 120);
  });
  /** The list that shows is for fewer letters: the right one first, then its first or last. */
  const fetchThenChoose = (step) => {
    clearTimeout(soon);
    const wasShown = !box.hidden;
    coming = suggest().then(() => {
      coming = null;
      if (wasShown && found.length > 0) choose(step > 0 ? 0 : found.length - 1);
    });
  };
  const submit = () => searchField.form.requestSubmit();
  searchField.addEventListener("focus", () => searchField.value === "" && suggest());
  searchField.addEventListener("blur", hide);
  searchField.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && (box.hidden || isStale)) fetchThenChoose(step);
    else if (event.key === "Enter" && coming) coming.then(() => (chosen >= 0 ? take(chosen) : submit()));
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
