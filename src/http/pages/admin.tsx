// The overview and what an owner decides there: who may come in, who owns, tokens, backfills, scans. Acts answer with the
// part of the page they changed; a refused one with the part as it still is, and why.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { AdminPage, type AdminProps } from "../../../views/pages/admin.tsx";
import { HealthStrip } from "../../../views/parts/health-strip.tsx";
import { InvitationsCard, RegistrationForm, TokensCard, UsersTable } from "../../../views/parts/people.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { autoScanSchedule } from "../../library/auto-scan.ts";
import { fileStats, libraryCounts } from "../../library/file-stats.ts";
import { getLibrary, listLibraries } from "../../library/libraries.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { startScans } from "../api/libraries.ts";
import { invitationLink, invitationState } from "../api/users.ts";
import { audit } from "../audit.ts";
import type { App, Env, Scope } from "../context.ts";
import { checkDatabaseWrite, checkDataFolder, checkDisk, checkTool } from "../readiness.ts";
import { type Answer, done, refused, wantsPartial } from "./flash.ts";
import { jobsPageProps } from "./jobs.tsx";
import { overviewRows, readJobsQuery } from "./jobs-query.ts";
import { page, pageContext } from "./page-context.ts";

export function adminPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const { accounts } = app;
  const me = (c: Context<Env>) => c.var.identity!.user;

  /** Tries; answers with the part as it is afterwards either way. */
  const act = async (
    c: Context<Env>,
    work: () => Promise<string>,
    part: () => Promise<unknown>,
    back = "/admin",
  ) => {
    const answer: Omit<Answer, "text"> = { back };
    try {
      const text = await work();
      if (wantsPartial(c)) answer.partials = await part();
      return done(app, c, { ...answer, text });
    } catch (error) {
      if (wantsPartial(c)) answer.partials = await part();
      return refused(app, c, error, answer);
    }
  };
  const usersPart = (c: Context<Env>) => async () =>
    partial("#users", "outerHTML", <UsersTable users={await accounts.listUsers()} me={me(c).id} url={url} />);
  const invitationsPart = async (link?: string) =>
    partial(
      "#invitations",
      "outerHTML",
      <InvitationsCard {...(await invitationsOf(app))} link={link} url={url} />,
    );
  const tokensPart = async (c: Context<Env>, secret?: string) =>
    partial(
      "#tokens",
      "outerHTML",
      <TokensCard tokens={await accounts.listTokens(me(c).id)} secret={secret} url={url} />,
    );

  routes.get("/admin", async (c) => page(c, <AdminPage {...(await adminProps(app, c))} />));

  routes.post("/admin/registration", async (c) => {
    const { mode } = await c.req.parseBody();
    return act(
      c,
      async () => {
        await app.settings.change({ registrationMode: mode }, me(c).email);
        await audit(app, me(c), "settings.change", "registrationMode", { registrationMode: mode });
        return `Registration is ${modeWords[app.settings.get("registrationMode")]} now.`;
      },
      async () =>
        partial(
          "#registration",
          "outerHTML",
          <RegistrationForm mode={app.settings.get("registrationMode")} url={url} />,
        ),
    );
  });

  routes.post("/admin/users/:id/role", async (c) => {
    const { role } = await c.req.parseBody();
    const work = async () => {
      if (role !== "owner" && role !== "member")
        throw new Refused(422, "role.unknown", "A role is owner or member.");
      const user = await accounts.setRole(c.req.param("id"), role);
      await audit(app, me(c), "user.role", user.email, { role });
      return `${user.name} is ${role === "owner" ? "an owner" : "a member"} now.`;
    };
    return act(c, work, usersPart(c));
  });
  routes.post("/admin/users/:id/delete", async (c) => {
    const work = async () => {
      const user = await accounts.deleteUser(c.req.param("id"));
      await audit(app, me(c), "user.delete", user.email);
      return `Deleted the account of ${user.name}.`;
    };
    return act(c, work, usersPart(c));
  });

  routes.post("/admin/invitations", async (c) => {
    const { note } = await c.req.parseBody();
    const text = typeof note === "string" ? note.trim().slice(0, 200) : "";
    const made = await accounts.createInvitation({ note: text || null, createdBy: me(c).id });
    await audit(app, me(c), "invitation.create", made.invitation.id, { note: text || null });
    const link = invitationLink(app)(c, made.secret);
    if (!wantsPartial(c)) return page(c, <AdminPage {...(await adminProps(app, c))} newInvitation={link} />);
    return done(app, c, {
      text: "Made an invitation. Its link is shown this once.",
      back: "/admin",
      partials: await invitationsPart(link),
    });
  });
  routes.post("/admin/invitations/:id{[0-9]+}/delete", async (c) => {
    const work = async () => {
      const row = await accounts.deleteInvitation(Number(c.req.param("id")));
      await audit(app, me(c), "invitation.delete", row.id);
      return "Took the invitation back; its link works no more.";
    };
    return act(c, work, () => invitationsPart());
  });

  routes.post("/admin/tokens", async (c) => {
    const form = await c.req.formData();
    const name = String(form.get("name") ?? "")
      .trim()
      .slice(0, 100);
    const scopes = form
      .getAll("scopes")
      .filter((s): s is Scope => s === "read" || s === "write" || s === "admin");
    if (!name || scopes.length === 0) {
      const error = new Refused(
        422,
        "token.incomplete",
        name ? "Choose what the token may do." : "Give the token a name.",
      );
      return refused(app, c, error, { back: "/admin" });
    }
    const made = await accounts.createToken({ userId: me(c).id, name, scopes });
    await audit(app, me(c), "token.create", made.token.id, { name, scopes });
    if (!wantsPartial(c))
      return page(c, <AdminPage {...(await adminProps(app, c))} newToken={made.secret} />);
    return done(app, c, {
      text: `Made the token ${name}. It is shown this once.`,
      back: "/admin",
      partials: await tokensPart(c, made.secret),
    });
  });
  routes.post("/admin/tokens/:id{[0-9]+}/delete", async (c) => {
    const work = async () => {
      const row = await accounts.deleteToken(me(c).id, Number(c.req.param("id")));
      await audit(app, me(c), "token.delete", row.id, { name: row.name });
      return `Revoked the token ${row.name}.`;
    };
    return act(c, work, () => tokensPart(c));
  });

  routes.post("/admin/backfill/hashes", async (c) => {
    const kind = app.queue.catalogue.find("file-hash");
    if (!kind) throw new NotFound("job type", "file-hash");
    const { enqueued, skipped } = await app.queue.enqueuePending(kind, { origin: me(c).id, backfill: true });
    await audit(app, me(c), "backfill.hashes", null, { enqueued, skipped });
    return done(app, c, {
      text: `Backfill hashes: Enqueued ${number(enqueued)}, skipped ${number(skipped)}.`,
      back: "/admin",
    });
  });

  routes.post("/admin/libraries/:id{[0-9]+}/scan", async (c) => {
    const library = await getLibrary(app.db, Number(c.req.param("id")));
    const { enqueued, skipped } = await startScans(app, library, me(c));
    const text = `${library.name}: Enqueued ${counted(enqueued, "scan")}, skipped ${number(skipped)} that wait or run already.`;
    return done(app, c, { text, back: "/admin" });
  });

  routes.get("/admin/health-strip", async (c) =>
    c.html(<HealthStrip checks={await checks(app)} url={url} />),
  );
  return routes;
}

export async function adminProps(app: App, c: Context<Env>): Promise<AdminProps> {
  const ctx = pageContext(app, c);
  const { user } = c.var.identity!;
  const counts = await libraryCounts(app.db);
  const [stats, users, tokens, schedule, libraries, health, invitations, board] = await Promise.all([
    fileStats(app.db, counts),
    app.accounts.listUsers(),
    app.accounts.listTokens(user.id),
    autoScanSchedule(app),
    listLibraries(app.db),
    checks(app),
    invitationsOf(app),
    jobsPageProps(app, ctx, { ...readJobsQuery(new URLSearchParams()), perPage: overviewRows }),
  ]);
  return {
    ctx,
    stats: { ...stats, users: users.length },
    users,
    me: user.id,
    tokens,
    invitations,
    registrationMode: app.settings.get("registrationMode"),
    schedule,
    healing: healingOf(app),
    libraries: libraries.map((l) => ({
      id: l.id,
      name: l.name,
      path: l.path,
      files: counts.get(l.id)?.total ?? 0,
      lastScanAt: l.lastScanAt,
      lastScanNote: l.lastScanNote,
    })),
    health,
    board: { ...board, live: "/live/admin" },
  };
}

/** In the words of the settings page. */
function healingOf({ settings }: App): string | null {
  const { enabled, action } = settings.get("autoHeal");
  if (!enabled) return null;
  const setting = settings.all().find(({ key }) => key === "autoHeal");
  const choices = setting?.fields.find(({ part }) => part === "action")?.options;
  return choices?.find(({ value }) => value === action)?.label ?? action;
}

const modeWords = { open: "open to anyone", invite: "by invitation only", closed: "closed" };

async function invitationsOf(app: App) {
  const now = app.clock.now();
  const rows = await app.accounts.listInvitations();
  return {
    invitations: rows.map((r) => ({
      id: r.id,
      note: r.note,
      createdAt: r.createdAt,
      expiresAt: r.expiresAt,
      state: invitationState(r, now),
    })),
    inviting: app.settings.get("registrationMode") === "invite",
  };
}

async function checks(app: App) {
  const found = await Promise.all([
    checkDatabaseWrite(app.db),
    checkDataFolder(app.paths),
    checkDisk(app.paths.root),
    checkTool("ffmpeg", app.config.ffmpeg),
    checkTool("ffprobe", app.config.ffprobe),
  ]);
  const running = app.worker.running().length;
  return [
    ...found,
    {
      name: "worker",
      result: "ok" as const,
      detail: running === 0 ? "idle" : `runs ${counted(running, "job")}`,
    },
  ];
}
