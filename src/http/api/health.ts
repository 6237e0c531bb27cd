// What the Health page shows, for scripts: every check with what was measured and how to mend it.

import { createRoute } from "@hono/zod-openapi";
import { type CheckSection, faultsIn } from "../checks/checkup.ts";
import type { App } from "../context.ts";
import { answers, apiRoutes, problems, z } from "./describe.ts";

const tags = ["Administration"];
const checkSchema = z.object({
  name: z.string(),
  result: z.enum(["ok", "note", "warn", "fail"]),
  detail: z.string(),
  fix: z.string().optional(),
});
const healthSchema = z
  .object({
    status: z.enum(["ok", "warn", "fail"]),
    checks: z.array(checkSchema).openapi({ description: "Those of all sections" }),
    sections: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        checkedAt: z.string().nullable(),
        isChecking: z.boolean(),
        checks: z.array(checkSchema),
      }),
    ),
  })
  .openapi("Health");

const read = createRoute({
  method: "get",
  path: "/api/admin/health",
  tags,
  summary: "Every check, with fixes",
  description:
    "What is quick is looked at now, what starts programs as it was found last. `result` is `note` where nothing is wrong, yet worth knowing.",
  responses: { 200: answers(healthSchema, "As it is now"), ...problems(401, 403) },
});

const again = createRoute({
  method: "post",
  path: "/api/admin/health/check",
  tags,
  summary: "Check everything again",
  description: "Takes some seconds: tools are started and tried.",
  responses: { 200: answers(healthSchema, "As it was found"), ...problems(401, 403) },
});

export function healthApi({ checkup }: Pick<App, "checkup">) {
  return apiRoutes()
    .openapi(read, async (c) => c.json(healthView(await checkup.latest({ tools: true })), 200))
    .openapi(again, async (c) => c.json(healthView(await checkup.again()), 200));
}

function healthView(sections: CheckSection[]) {
  const [worst] = faultsIn(sections);
  const shown = sections.map((section) => ({
    ...section,
    checkedAt: section.checkedAt?.toISOString() ?? null,
    checks: section.checks.map(({ brief: _, ...check }) => check),
  }));
  return {
    status: (worst?.result === "fail" || worst?.result === "warn" ? worst.result : "ok") as
      | "ok"
      | "warn"
      | "fail",
    checks: shown.flatMap(({ checks }) => checks),
    sections: shown,
  };
}
