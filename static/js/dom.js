// Finding elements, and addresses below the path that a proxy may put before everything.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const base = document.body.dataset.base ?? "";

/** Whether keys go into what somebody types there. */
export const isField = (element) =>
  element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

/** The id of the file whose page this is; null elsewhere. */
export const shownFile = () => /\/files\/(\d+)$/.exec(location.pathname)?.[1] ?? null;

/** On a file's page, a new job is about that file. */
export function aboutThisFile(href) {
  const to = new URL(href, location.href);
  const id = shownFile();
  if (id && to.pathname === `${base}/admin/jobs/new`) to.searchParams.set("file", id);
  return to.href;
}
