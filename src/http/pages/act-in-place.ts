// Tries an act, and answers with the part of the page as it is afterwards: changed where it worked, and where it was refused
// as it still is.

import type { Context } from "hono";
import type { App, Env } from "../context.ts";
import { done, refused, wantsPartial } from "./flash.ts";

interface Act {
  /** Answers what it did. */
  work(): Promise<string>;
  /** The `<hx-partial>` of what it may have changed. */
  part(): Promise<unknown>;
  /** Where a plain browser goes. */
  back: string;
}

export async function actInPlace(app: Pick<App, "config">, c: Context<Env>, { work, part, back }: Act) {
  const after = async () => (wantsPartial(c) ? await part() : undefined);
  try {
    const text = await work();
    return done(app, c, { back, text, partials: await after() });
  } catch (error) {
    return refused(app, c, error, { back, partials: await after() });
  }
}
