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
  /** Where to look at what was done, with the base path. */
  link?: { href: string; text: string } | undefined;
}

export interface Answer {
  text: string;
  /** The bulk operation that did it, or the place below the base path, where it can be taken back. */
  undo?: number | string | undefined;
  /** Where to look at what was done, below the base path. */
  link?: Flash["link"];
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
  const place = typeof answer.undo === "number" ? `/admin/operations/${answer.undo}/undo` : answer.undo;
  const undo = place && `${app.config.basePath ?? ""}${place}`;
  const link = answer.link && { ...answer.link, href: `${app.config.basePath ?? ""}${answer.link.href}` };
  const flash: Flash = { kind: "done", text: answer.text, ...(undo && { undo }), ...(link && { link }) };
  return reply(app, c, flash, answer, 200);
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
    const { kind, text, undo, link } = JSON.parse(value) as Flash;
    if (kind === "refused") return { kind, text: String(text) };
    const isOurs =
      /^[\w/.-]*\/((admin\/operations|admin\/settings|(files|collections)\/acts)\/\d+\/undo|admin\/jobs\/\d+\/cancel)$/.test(
        String(undo),
      ) && !String(undo).startsWith("//");
    const leadsHere = /^[\w/.-]*\/admin\/jobs\/\d+$/.test(String(link?.href)) && !link?.href.startsWith("//");
    return {
      kind: "done",
      text: String(text),
      ...(isOurs && { undo: String(undo) }),
      ...(leadsHere && { link: { href: link!.href, text: String(link!.text) } }),
    };
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
