// Finding elements, and addresses below the path that a proxy may put before everything.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const base = document.body.dataset.base ?? "";

/** Whether keys go into what somebody types there. */
export const isField = (element) =>
  element.matches("input:not([type=checkbox], [type=radio]), textarea, select");
