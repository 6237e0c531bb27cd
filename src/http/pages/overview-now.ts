// What the overview says beside the dashboard: what there is, who is here, what comes by itself, what is left to backfill.

import type { OverviewNow } from "../../../views/pages/admin.tsx";
import { scanKinds } from "../../jobs/scan.ts";
import { autoScanSchedule } from "../../library/auto-scan.ts";
import { fileStats, libraryCounts } from "../../library/file-stats.ts";
import { listLibraries } from "../../library/libraries.ts";
import { invitationState } from "../api/users.ts";
import type { App } from "../context.ts";
import { scanningLibraries } from "./going-on.ts";

export async function overviewNow(app: App): Promise<OverviewNow> {
  const counts = await libraryCounts(app.db);
  const [stats, people, schedule, libraries, scanning, backfills] = await Promise.all([
    fileStats(app.db, counts),
    peopleOf(app),
    autoScanSchedule(app),
    listLibraries(app.db),
    scanningLibraries(app),
    backfillsOf(app),
  ]);
  return {
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
  };
}

async function peopleOf(app: App): Promise<OverviewNow["people"]> {
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
export function backfillKinds({ queue }: Pick<App, "queue">) {
  const scans: string[] = Object.values(scanKinds);
  return queue.catalogue.kinds.filter(
    (kind) => kind.pending && !scans.includes(kind.name) && kind.name !== "public-scan",
  );
}

export async function backfillsOf(app: App): Promise<OverviewNow["backfills"]> {
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
