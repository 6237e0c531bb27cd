// How a page's form answers: what it did, as a toast for htmx, as a one-time cookie and 303 for a plain browser.

import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { toastPartial } from "../../../views/parts/toast.tsx";
import { Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";

export interface Flash {
  kind: "done" | "refused";
  text: string;
  /** Where a form takes it back, with the base path. */
  undo?: string | undefined;
}

export interface Answer {
  text: string;
  /** The bulk operation that did it, where it can be taken back. */
  undo?: number | undefined;
  /** Where a plain browser goes, below the base path. */
  back: string;
  /** `<hx-partial>`s that show the new state at once, for htmx. */
  partials?: unknown;
  /** htmx loads this page instead of updating in place. */
  leave?: boolean;
}

export function wantsPartial(c: Context<Env>): boolean {
  return c.req.header("HX-Request") === "true";
}

/** What was done. */
export function done(
  app: Pick<App, "config">,
  c: Context<Env>,
  answer: Answer,
): Response | Promise<Response> {
  const undo =
    answer.undo === undefined
      ? undefined
      : `${app.config.basePath ?? ""}/admin/operations/${answer.undo}/undo`;
  return reply(app, c, { kind: "done", text: answer.text, ...(undo && { undo }) }, answer, 200);
}

/** Turned down: the reason in the same place, and the control shows the old value (`partials`). */
export function refused(
  app: Pick<App, "config">,
  c: Context<Env>,
  error: unknown,
  answer: Omit<Answer, "text">,
) {
  if (!(error instanceof Refused)) throw error;
  return reply(app, c, { kind: "refused", text: refusalText(error) }, answer, error.status);
}

/** All of it, each part once: some messages already say what is wrong with each field. */
export function refusalText({ message, more }: Refused): string {
  const faults = (more.errors ?? []).map((f) => f.message).filter((fault) => !message.includes(fault));
  return [message, ...faults, more.hint].filter(Boolean).join(" ");
}

/** Reads and forgets the message of the action before. */
export function takeFlash(c: Context<Env>): Flash | undefined {
  const value = getCookie(c, cookieName);
  if (!value) return undefined;
  deleteCookie(c, cookieName, { path: "/" });
  try {
    const { kind, text, undo } = JSON.parse(value) as Flash;
    if (kind === "refused") return { kind, text: String(text) };
    const isOurs =
      /^[\w/.-]*\/admin\/operations\/\d+\/undo$/.test(String(undo)) && !String(undo).startsWith("//");
    return { kind: "done", text: String(text), ...(isOurs && { undo: String(undo) }) };
  } catch {
    return undefined;
  }
}

export function setFlash(c: Context<Env>, flash: Flash): void {
  setCookie(c, cookieName, JSON.stringify(flash), { path: "/", httpOnly: true, sameSite: "Lax", maxAge: 60 });
}

const cookieName = "sprocket_flash";

async function reply(
  app: Pick<App, "config">,
  c: Context<Env>,
  flash: Flash,
  answer: Omit<Answer, "text">,
  status: 200 | Refused["status"],
): Promise<Response> {
  const to = `${app.config.basePath ?? ""}${answer.back}`;
  if (!wantsPartial(c)) {
    setFlash(c, flash);
    return c.redirect(to, 303);
  }
  if (answer.leave) {
    setFlash(c, flash);
    return c.body(null, 200, { "HX-Redirect": to });
  }
  return c.html(`${await toastPartial(flash)}${(await answer.partials) ?? ""}`, status);
}
