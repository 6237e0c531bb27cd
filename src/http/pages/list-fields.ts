// What a settings form says in the rows of a list: quiet hours, media servers, queues in an order. The settings check it;
// rows that were left empty or ticked to be removed are none.

import { secretMask } from "../../settings/secrets.ts";

/** As typed; a row's place in the form stays known. */
export interface FormRow {
  index: number;
  value: Record<string, unknown>;
}

export function windowsFrom(form: FormData, part: string): FormRow[] {
  return rowsOf(form, part).flatMap((index) => {
    const at = (name: string) => `${part}.${index}.${name}`;
    const [from, to, name, mode] = ["from", "to", "name", "mode"].map((field) => text(form, at(field)));
    if ((!from && !to) || text(form, at("remove"))) return [];
    const what = form.getAll(at("what")).map(String);
    const value = {
      // Left out rather than empty: what is not said is not there.
      ...(name && { name }),
      from,
      to,
      ...some(
        "days",
        form.getAll(at("days")).map((day) => Number(day)),
      ),
      ...some("queues", named(what, "queue:")),
      ...some("categories", named(what, "category:")),
      ...(mode && { mode }),
    };
    return { index, value };
  });
}

/** An empty token is the mask: the stored one stays. */
export function serversFrom(form: FormData, part: string): FormRow[] {
  return rowsOf(form, part).flatMap((index) => {
    const at = (name: string) => `${part}.${index}.${name}`;
    const [type, url, token, name] = ["type", "url", "token", "name"].map((field) => text(form, at(field)));
    if ((!url && !token) || text(form, at("remove"))) return [];
    return { index, value: { ...(name && { name }), type, url, token: token || secretMask } };
  });
}

export function queuesFrom(form: FormData, part: string): string[] | undefined {
  const queues = form
    .getAll(part)
    .flatMap((text) => String(text).split(/[\s,]+/))
    .filter(Boolean);
  return queues.length > 0 ? queues : undefined;
}

/** The rows that the form has, whatever of them was sent. */
function rowsOf(form: FormData, part: string): number[] {
  const rows = [...form.keys()]
    .filter((key) => key.startsWith(`${part}.`))
    .map((key) => Number(key.slice(part.length + 1).split(".")[0]));
  return [...new Set(rows)].filter((n) => Number.isInteger(n) && n >= 0).sort((a, b) => a - b);
}

function some<T>(name: string, list: T[]): Record<string, T[]> {
  return list.length > 0 ? { [name]: list } : {};
}

function named(what: string[], prefix: string): string[] {
  return what.filter((value) => value.startsWith(prefix)).map((value) => value.slice(prefix.length));
}

function text(form: FormData, name: string): string {
  return String(form.get(name) ?? "").trim();
}
