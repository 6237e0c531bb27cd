// Jobs at once and weight of a queue, as its form sends them.

import { z } from "@hono/zod-openapi";
import { Refused } from "../../runtime/errors.ts";
import { tuningFields } from "../api/queues.ts";
import type { App } from "../context.ts";

/** What holds when nobody has tuned it. */
export function usualOf(app: App, name: string) {
  const spec = app.queue.catalogue.queueByName.get(name);
  if (!spec) return null;
  const multiplier = app.settings.get("concurrencyMultiplier");
  return { concurrency: Math.max(1, Math.round(spec.base * multiplier)), weight: spec.weight };
}

/** Null where the catalogue decides again. What is as usual stays untuned, so that it goes along with the multiplier. */
export function tuningOf(app: App, name: string, form: Record<string, string>) {
  if (form.reset) return { concurrency: null, weight: null };
  const parsed = tuning.safeParse({ concurrency: Number(form.concurrency), weight: Number(form.weight) });
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({
      path: issue.path as string[],
      message:
        issue.path[0] === "weight" ? "The weight is above 0, up to 1000." : "From 1 to 64 jobs at once.",
    }));
    throw new Refused(422, "input.invalid", errors.map((e) => e.message).join(" "), { errors });
  }
  const usual = usualOf(app, name);
  const { concurrency, weight } = parsed.data;
  return {
    concurrency: concurrency === usual?.concurrency ? null : concurrency!,
    weight: weight === usual?.weight ? null : weight!,
  };
}

const tuning = z.object(tuningFields);
