// The overview and its acts: backfills and scans. What is decided about people is next door.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { AdminPage, type AdminProps } from "../../../views/pages/admin.tsx";
import { BackfillsCard } from "../../../views/parts/backfills.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { scanKinds } from "../../jobs/scan.ts";
import { autoScanSchedule } from "../../library/auto-scan.ts";
import { fileStats, libraryCounts } from "../../library/file-stats.ts";
import { getLibrary, listLibraries } from "../../library/libraries.ts";
import { NotFound } from "../../runtime/errors.ts";
import { startScans } from "../api/libraries.ts";
import { invitationState } from "../api/users.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { scanningLibraries } from "./going-on.ts";
import { headlineOf } from "./headline.ts";
import { jobsPageProps } from "./jobs.tsx";
import { overviewRows, readJobsQuery } from "./jobs-query.ts";
import { page, pageContext } from "./page-context.ts";

export function adminPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const me = (c: Context<Env>) => c.var.identity!.user;

  routes.get("/admin", async (c) => page(c, <AdminPage {...(await adminProps(app, c))} />));

  routes.post("/admin/backfill/:kind", async (c) => {
    const asked = c.req.param("kind");
    const kind = backfillKinds(app).find(({ name }) => name === (asked === "hashes" ? "file-hash" : asked));
    if (!kind) throw new NotFound("job type", asked);
    const { enqueued, skipped } = await app.queue.enqueuePending(kind, { origin: me(c).id, backfill: true });
    await audit(app, me(c), `backfill.${asked}`, null, { enqueued, skipped });
    const what = asked === "hashes" ? "hashes" : kind.label;
    const partials = wantsPartial(c)
      ? partial("#backfills", "outerMorph", <BackfillsCard backfills={await backfillsOf(app)} url={url} />)
      : undefined;
    return done(app, c, {
      text: `Backfill ${what}: Enqueued ${number(enqueued)}, skipped ${number(skipped)}.`,
      back: "/admin",
      partials,
    });
  });

  routes.post("/admin/libraries/:id{[0-9]+}/scan", async (c) => {
    try {
      const library = await getLibrary(app.db, Number(c.req.param("id")));
      const { enqueued, skipped } = await startScans(app, library, me(c));
      const text = `${library.name}: Enqueued ${counted(enqueued, "scan")}, skipped ${number(skipped)} that wait or run already.`;
      return await done(app, c, { text, back: "/admin" });
    } catch (error) {
      return refused(app, c, error, { back: "/admin" });
    }
  });
  return routes;
}

async function adminProps(app: App, c: Context<Env>): Promise<AdminProps> {
  const ctx = pageContext(app, c);
  const counts = await libraryCounts(app.db);
  const [stats, people, schedule, libraries, scanning, health, backfills, board] = await Promise.all([
    fileStats(app.db, counts),
    peopleOf(app),
    autoScanSchedule(app),
    listLibraries(app.db),
    scanningLibraries(app),
    app.checkup.latest(),
    backfillsOf(app),
    jobsPageProps(app, ctx, { ...readJobsQuery(new URLSearchParams()), perPage: overviewRows }),
  ]);
  return {
    ctx,
    headline: headlineOf(board.dashboard, health, libraries.length),
    stats: { ...stats, users: people.owners + people.members },
    people,
    schedule,
    healing: healingOf(app),
    libraries: libraries.map((l) => ({
      id: l.id,
      name: l.name,
      path: l.path,
      files: counts.get(l.id)?.total ?? 0,
      sizeBytes: counts.get(l.id)?.sizeBytes ?? 0,
      isScanning: scanning.has(l.id),
      lastScanAt: l.lastScanAt,
      lastScanNote: l.lastScanNote,
    })),
    backfills,
    health,
    board: { ...board, live: "/live/admin" },
  };
}

async function peopleOf(app: App): Promise<AdminProps["people"]> {
  const [users, invitations] = await Promise.all([app.accounts.listUsers(), app.accounts.listInvitations()]);
  const now = app.clock.now();
  const owners = users.filter((user) => user.role === "owner").length;
  const seen = users.filter((user) => user.lastSeenAt !== null && users.length > 1);
  const last = seen.sort((a, b) => b.lastSeenAt!.getTime() - a.lastSeenAt!.getTime())[0];
  return {
    owners,
    members: users.length - owners,
    openInvitations: invitations.filter((row) => invitationState(row, now) === "open").length,
    registrationMode: app.settings.get("registrationMode"),
    lastSeen: last ? { name: last.name, at: last.lastSeenAt! } : null,
  };
}

/** Kinds that can look for files without their result; scans look for files, and have a button of their own. */
function backfillKinds({ queue }: Pick<App, "queue">) {
  const scans: string[] = Object.values(scanKinds);
  return queue.catalogue.kinds.filter(
    (kind) => kind.pending && !scans.includes(kind.name) && kind.name !== "public-scan",
  );
}

async function backfillsOf(app: App): Promise<AdminProps["backfills"]> {
  const tallies = await app.store.tallies();
  return backfillKinds(app).map(({ name, label }) => {
    const mine = tallies.filter((tally) => tally.lane.kind === name);
    return {
      kind: name,
      label,
      waiting: mine.reduce((sum, tally) => sum + tally.waiting + tally.delayed, 0),
      running: mine.reduce((sum, tally) => sum + tally.running, 0),
    };
  });
}

/** In the words of the settings page. */
function healingOf({ settings }: App): string | null {
  const { enabled, action } = settings.get("autoHeal");
  if (!enabled) return null;
  const setting = settings.all().find(({ key }) => key === "autoHeal");
  const choices = setting?.fields.find(({ part }) => part === "action")?.options;
  return choices?.find(({ value }) => value === action)?.label ?? action;
}
