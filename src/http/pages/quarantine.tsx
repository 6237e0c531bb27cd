// Holding a single file back and letting it go, from the problems page and from the file's own.

import { Hono } from "hono";
import { counted } from "../../../views/format.ts";
import { ReasonField } from "../../../views/parts/reason-field.tsx";
import { excludeFiles, releaseFiles } from "../../healing/quarantine.ts";
import { findHold, heldFiles } from "../../healing/quarantine-list.ts";
import { getFile } from "../../library/files.ts";
import { Refused } from "../../runtime/errors.ts";
import { releaseMany } from "../api/quarantine.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { done, refused } from "./flash.ts";
import { formFields, localPath } from "./form-data.ts";
import { answerWith, askFirst } from "./problems.tsx";

export function quarantinePages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const fileOf = (id: string) => getFile(app.db, Number(id));

  routes.get("/admin/quarantine/release", async (c) => {
    const by = whose(c.req.query("by"));
    const { total } = await heldFiles(app, { by, hideLibraries: await hiddenGroups(app) }, 0, 1);
    return askFirst(app, c, {
      title: `Release ${counted(total, "file")}?`,
      lines: [
        "They are worked on again from now on. Those that still fail the same way are held back again.",
      ],
      action: `/admin/quarantine/release${by ? `?by=${by}` : ""}`,
      verb: `Release ${counted(total, "file")}`,
      danger: false,
      isEmpty: total === 0,
      back: "/admin/problems",
      checks: [{ name: "retry", value: "on", label: "Retry what failed on them" }],
    });
  });
  routes.post("/admin/quarantine/release", (c) =>
    answerWith(app, c, async () => {
      const { user } = c.var.identity!;
      const retry = (await formFields(c)).retry === "on";
      const asked = { by: whose(c.req.query("by")), all: true as const, retry };
      const did = await releaseMany(app, asked, user.name);
      await audit(app, user, "quarantine.release", null, { ...asked, ...did });
      return `Released ${counted(did.released, "file")}${retried(did.retried)}.`;
    }),
  );

  routes.post("/admin/quarantine/:id{[0-9]+}/release", async (c) => {
    const row = await fileOf(c.req.param("id"));
    const { user } = c.var.identity!;
    const retry = c.req.query("retry") !== undefined;
    const work = async () => {
      const did = await releaseFiles(app, [row.id], { by: user.name, retry });
      if (did.fileIds.length === 0)
        throw new Refused(409, "file.state", `${row.path} is not in quarantine any more.`);
      await audit(app, user, "quarantine.release", row.id, { path: row.path, retry, retried: did.retried });
      return `Released ${row.name}${retried(did.retried)}.`;
    };
    const back = localPath(withoutBase(app, c.req.query("back")), "/admin/problems");
    if (!back.startsWith("/files/")) return answerWith(app, c, work, back);
    try {
      return done(app, c, { text: await work(), back, leave: true });
    } catch (error) {
      return refused(app, c, error, { back, leave: true });
    }
  });

  routes.get("/admin/quarantine/:id{[0-9]+}/exclude", async (c) => {
    const row = await fileOf(c.req.param("id"));
    const held = await findHold(app, row.id);
    return askFirst(app, c, {
      title: held ? `${row.name} is held back already.` : `Exclude ${row.name} from processing?`,
      lines: [
        held
          ? held.reason
          : "Nothing more is made of it or tried on it until somebody releases it, or its content changes. What was made of it stays; waiting jobs about it are cancelled. The file on disk is untouched.",
      ],
      action: `/admin/quarantine/${row.id}/exclude`,
      verb: "Exclude from processing",
      danger: false,
      isEmpty: held !== undefined,
      back: `/files/${row.id}`,
      asks: ReasonField(),
    });
  });
  routes.post("/admin/quarantine/:id{[0-9]+}/exclude", async (c) => {
    const row = await fileOf(c.req.param("id"));
    const { user } = c.var.identity!;
    const back = `/files/${row.id}`;
    try {
      const reason = ((await formFields(c)).reason ?? "").trim().slice(0, 500);
      if (!reason) throw new Refused(422, "input.invalid", "Say why, for whoever looks at it later.");
      const held = await excludeFiles(app, [row.id], reason, user.name);
      if (held.length === 0) throw new Refused(409, "file.state", `${row.path} is held back already.`);
      await audit(app, user, "quarantine.add", row.id, { fileIds: held, reason });
      return done(app, c, { text: `${row.name} is excluded from processing.`, back, leave: true });
    } catch (error) {
      return refused(app, c, error, { back });
    }
  });
  return routes;
}

function whose(by: string | undefined): "people" | "server" | undefined {
  return by === "people" || by === "server" ? by : undefined;
}

function retried(n: number): string {
  return n > 0 ? `; ${counted(n, "job")} ${n === 1 ? "waits" : "wait"} again` : "";
}

/** Links have the base path, answers add it. */
function withoutBase({ config: { basePath } }: Pick<App, "config">, path: string | undefined) {
  return basePath && path?.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
}
