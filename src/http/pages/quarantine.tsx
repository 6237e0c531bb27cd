// Holding a single file back and letting it go, from the problems page and from the file's own.

import { type Context, Hono } from "hono";
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
import { askFirst } from "./ask-first.tsx";
import { done, refused } from "./flash.ts";
import { formFields, localPath } from "./form-data.ts";
import { heldFilter } from "./held-props.ts";
import { answerWith } from "./problems.tsx";
import { problemsSearch, readProblemsQuery } from "./problems-query.ts";

const back = "/admin/problems?tab=quarantine";

export function quarantinePages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const fileOf = (id: string) => getFile(app.db, Number(id));

  routes.get("/admin/quarantine/release", async (c) => {
    const query = { ...readProblemsQuery(new URL(c.req.url).searchParams), tab: "quarantine" as const };
    const { total } = await heldFiles(app, heldFilter(query, await hiddenGroups(app)), 0, 1);
    const asked = problemsSearch(query, { page: 1, find: "" });
    return askFirst(app, c, {
      title: `Release ${counted(total, "file")}?`,
      lines: [
        "They are worked on again from now on. Those that still fail the same way are held back again.",
      ],
      action: `/admin/quarantine/release${asked}`,
      verb: `Release ${counted(total, "file")}`,
      danger: false,
      isEmpty: total === 0,
      back,
      checks: [{ name: "retry", value: "on", label: "Retry what failed on them" }],
    });
  });
  routes.post("/admin/quarantine/release", (c) =>
    answerWith(
      app,
      c,
      async () => {
        const { user } = c.var.identity!;
        const { by, text, library } = readProblemsQuery(new URL(c.req.url).searchParams);
        const retry = (await formFields(c)).retry === "on";
        const narrow = { ...(by && { by }), ...(text && { text }), ...(library && { library }) };
        const asked = { ...narrow, all: true as const, retry };
        const did = await releaseMany(app, asked, user.name);
        await audit(app, user, "quarantine.release", null, { ...asked, ...did });
        return { text: `Released ${counted(did.released, "file")}${retried(did.retried)}.` };
      },
      back,
    ),
  );

  routes.post("/admin/quarantine/release-ticked", (c) =>
    answerWith(
      app,
      c,
      async () => {
        const { user } = c.var.identity!;
        const form = await c.req.formData();
        const ids = form.getAll("ids").map(Number).filter(Number.isSafeInteger);
        if (ids.length === 0) return { text: "No file is ticked." };
        const retry = form.get("retry") === "on";
        const did = await releaseFiles(app, ids, { by: user.name, retry });
        await audit(app, user, "quarantine.release", null, { ...did, retry });
        return { text: `Released ${counted(did.fileIds.length, "file")}${retried(did.retried)}.` };
      },
      back,
    ),
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
      return { text: `Released ${row.name}${retried(did.retried)}.` };
    };
    const to = localPath(withoutBase(app, c.req.query("back")), back);
    if (!to.startsWith("/files/")) return answerWith(app, c, work, to);
    try {
      return done(app, c, { ...(await work()), back: to, leave: true });
    } catch (error) {
      return refused(app, c, error, { back: to, leave: true });
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
      action: `/admin/quarantine/${row.id}/exclude${isFromList(c) ? "?from=quarantine" : ""}`,
      verb: "Exclude from processing",
      danger: false,
      isEmpty: held !== undefined,
      back: isFromList(c) ? back : `/files/${row.id}`,
      asks: ReasonField(),
    });
  });
  routes.post("/admin/quarantine/:id{[0-9]+}/exclude", async (c) => {
    const row = await fileOf(c.req.param("id"));
    const { user } = c.var.identity!;
    const work = async () => {
      const reason = ((await formFields(c)).reason ?? "").trim().slice(0, 500);
      if (!reason) throw new Refused(422, "input.invalid", "Say why, for whoever looks at it later.");
      const held = await excludeFiles(app, [row.id], reason, user.name);
      if (held.length === 0) throw new Refused(409, "file.state", `${row.path} is held back already.`);
      await audit(app, user, "quarantine.add", row.id, { fileIds: held, reason });
      return { text: `${row.name} is excluded from processing.` };
    };
    if (isFromList(c)) return answerWith(app, c, work, back);
    const to = `/files/${row.id}`;
    try {
      return done(app, c, { ...(await work()), back: to, leave: true });
    } catch (error) {
      return refused(app, c, error, { back: to });
    }
  });
  return routes;
}

/** Asked from the quarantine's own page, which stays. */
function isFromList(c: Context<Env>): boolean {
  return c.req.query("from") === "quarantine";
}

function retried(n: number): string {
  return n > 0 ? `; ${counted(n, "job")} ${n === 1 ? "waits" : "wait"} again` : "";
}

/** Links have the base path, answers add it. */
function withoutBase({ config: { basePath } }: Pick<App, "config">, path: string | undefined) {
  return basePath && path?.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
}
