// Every page. Order matters only where one path could be read as another's parameter.

import { Hono } from "hono";
import type { App, Env } from "../context.ts";
import { aboutPages } from "./about.tsx";
import { accountPages } from "./account.tsx";
import { adminPages } from "./admin.tsx";
import { allActs } from "./all-acts.tsx";
import { auditPages } from "./audit.tsx";
import { backupPages } from "./backups.tsx";
import { bulkActs } from "./bulk-acts.tsx";
import { collectionPages } from "./collections.tsx";
import { createJobPages } from "./create-job.tsx";
import { duplicatesPages } from "./duplicates.tsx";
import { exportPages } from "./exports.tsx";
import { filePages } from "./file.tsx";
import { fileDetailPages } from "./file-details.tsx";
import { momentPages } from "./file-moments.tsx";
import { healthPages } from "./health.tsx";
import { historyPages } from "./history.tsx";
import { homePages } from "./home.tsx";
import { invitationPages } from "./invitations.tsx";
import { jobsPages } from "./jobs.tsx";
import { libraryPages } from "./library.tsx";
import { livePages } from "./live.ts";
import { mapPages } from "./map.tsx";
import { nsfwSwitch } from "./nsfw-switch.ts";
import { operationPages } from "./operations.tsx";
import { palettePages } from "./palette.ts";
import { peoplePages } from "./people.tsx";
import { problemPages } from "./problems.tsx";
import { quarantinePages } from "./quarantine.tsx";
import { queueActs } from "./queue-acts.tsx";
import { savedViews } from "./saved-views.tsx";
import { settingsPages } from "./settings.tsx";
import { signInPages } from "./sign-in.tsx";
import { signUpPages } from "./sign-up.tsx";
import { supportBundlePages } from "./support-bundle.tsx";
import { themePages } from "./theme.ts";
import { timelinePages } from "./timeline.tsx";
import { tokenPages } from "./tokens.tsx";
import { trashPages } from "./trash.tsx";
import { uploadPages } from "./uploads.tsx";
import { welcomePages } from "./welcome.tsx";

export function pages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  for (const group of [
    welcomePages,
    signInPages,
    signUpPages,
    accountPages,
    homePages,
    libraryPages,
    timelinePages,
    mapPages,
    collectionPages,
    filePages,
    trashPages,
    uploadPages,
    duplicatesPages,
    fileDetailPages,
    momentPages,
    exportPages,
    adminPages,
    peoplePages,
    invitationPages,
    tokenPages,
    healthPages,
    backupPages,
    supportBundlePages,
    // Before those that take any act of a queue.
    allActs,
    queueActs,
    bulkActs,
    operationPages,
    savedViews,
    createJobPages,
    palettePages,
    jobsPages,
    problemPages,
    historyPages,
    auditPages,
    quarantinePages,
    settingsPages,
    aboutPages,
    themePages,
    nsfwSwitch,
    livePages,
  ])
    routes.route("/", group(app));
  return routes;
}
