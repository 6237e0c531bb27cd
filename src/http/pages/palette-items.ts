// What the command palette offers before anybody has typed: places, settings, queues, saved views, libraries and acts.
// Acts that ask open their question; the others happen, and say what they did.

import type { IconName } from "../../../views/parts/icon.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import { listLibraries } from "../../library/libraries.ts";
import { listViews } from "../../search/views.ts";
import type { App, User } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { queueFigures } from "./queue-figures.ts";

export interface PaletteItem {
  /** The same each time, so that what somebody chose is known again. */
  id: string;
  group: string;
  label: string;
  about?: string;
  icon: IconName;
  /** A page, below the base path. */
  href?: string;
  /** The page is a question: it opens in the dialog. */
  asks?: boolean;
  /** Happens at once: where it is sent, below the base path. */
  post?: string;
  /** A control that every page has. */
  press?: string;
  /** Found by these words as well. */
  words?: string;
}

export async function paletteItems(app: App, user: User): Promise<PaletteItem[]> {
  const queues = await queueFigures(app);
  return [
    ...pages,
    ...acts(app, queues),
    ...(await libraryItems(app)),
    ...(await viewItems(app, user)),
    ...queues.flatMap(queueItems),
    ...kindItems(app),
    ...settingItems(app),
  ];
}

const page = (label: string, href: string, icon: IconName, words = ""): PaletteItem => ({
  id: `page:${href}`,
  group: "Go to",
  label,
  icon,
  href,
  words,
});

const pages: PaletteItem[] = [
  page("Jobs", "/admin/jobs", "list-checks", "queues dashboard"),
  page("Overview", "/admin", "layout-dashboard", "users registration invitations home"),
  page("Library", "/", "library", "files pictures films home"),
  page("Timeline", "/timeline", "calendar", "photos by date days months"),
  page("Map", "/map", "map", "places gps where"),
  page("Collections", "/collections", "gallery-vertical-end", "albums rules"),
  page("Exports", "/exports", "clapperboard", "clips films gifs made"),
  page("Duplicates", "/duplicates", "copy", "same similar twice"),
  page("Trash", "/trash", "trash-2", "deleted restore purge"),
  page("Problems", "/admin/problems", "triangle-alert", "failures quarantine causes errors"),
  page("History", "/admin/history", "history", "charts events statistics"),
  page("Operations", "/admin/operations", "layers", "bulk undo"),
  page("Settings", "/admin/settings", "settings", "options"),
  page("People", "/admin/people", "users", "accounts invitations roles registration tokens"),
  page("Your account", "/account", "user", "password change profile"),
  page("Health", "/admin/health", "heart-pulse", "checks doctor"),
  page("Backups", "/admin/backups", "hard-drive", "copies of the database, restore"),
  page("Audit", "/admin/audit", "scroll-text", "who did what"),
  page("About", "/admin/about", "info", "version licences"),
  page("Failed jobs", "/admin/jobs?status=failed", "circle-x", "errors"),
  page("Running jobs", "/admin/jobs?status=running", "play", "active now"),
  page("API reference", "/api/docs", "file-text", "openapi developer"),
];

function acts(app: App, queues: QueueFigures[]): PaletteItem[] {
  const isPaused = queues.some((q) => q.isEverythingPaused);
  const act = (label: string, icon: IconName, rest: Partial<PaletteItem>): PaletteItem => ({
    id: `act:${rest.href ?? rest.post ?? rest.press}`,
    group: "Do",
    label,
    icon,
    ...rest,
  });
  const ask = (label: string, icon: IconName, href: string, words = "") =>
    act(label, icon, { href, asks: true, words });
  return [
    ask("New job", "plus", "/admin/jobs/new", "create enqueue add"),
    ask("Pause everything", "pause", "/admin/jobs/pause-all", "stop hold freeze queues all"),
    ...(isPaused
      ? [act("Resume everything", "play", { post: "/admin/jobs/resume-all", words: "go on" })]
      : []),
    ask("Clear failures", "eraser", "/admin/jobs/clear-failures", "acknowledge all"),
    ask("Clear stuck jobs", "hourglass", "/admin/jobs/clear-stuck", "hang heal"),
    ask("Restart workers", "refresh-cw", "/admin/jobs/restart-workers", "hand back"),
    ask("Kill all running jobs", "square", "/admin/jobs/kill-all", "cancel stop"),
    ...(app.queue.knows("file-hash")
      ? [act("Backfill hashes", "hash", { post: "/admin/backfill/hashes", words: "duplicates missing" })]
      : []),
    ...(["dark", "light", "system"] as const).map((theme) =>
      act(`Theme: ${theme}`, theme === "dark" ? "moon" : theme === "light" ? "sun" : "monitor", {
        press: `[data-theme-choice=${theme}]`,
        words: "colours mode appearance",
      }),
    ),
    act("Show or hide NSFW content", "eye-off", { press: "form[action$='/nsfw'] button", words: "adult" }),
    act("Keyboard shortcuts", "keyboard", { press: "[data-keys]", words: "keys help" }),
    act("Sign out", "log-out", { press: "form[action$='/sign-out'] button", words: "log out leave" }),
  ];
}

async function libraryItems(app: App): Promise<PaletteItem[]> {
  const hidden = await hiddenGroups(app);
  const libraries = (await listLibraries(app.db)).filter(({ id }) => !hidden.includes(id));
  return libraries.flatMap(({ id, name }): PaletteItem[] => [
    {
      id: `library:${id}`,
      group: "Libraries",
      label: name,
      about: "library",
      icon: "folder",
      href: `/libraries/${id}`,
    },
    {
      id: `scan:${id}`,
      group: "Libraries",
      label: `Scan ${name}`,
      about: "library",
      icon: "refresh-cw",
      post: `/admin/libraries/${id}/scan`,
    },
  ]);
}

async function viewItems(app: App, user: User): Promise<PaletteItem[]> {
  const views = await listViews(app.db, user.id, "jobs");
  return views.map(({ id, name, q }) => ({
    id: `view:${id}`,
    group: "Saved views",
    label: name,
    about: q,
    icon: "bookmark",
    href: `/admin/jobs?q=${encodeURIComponent(q)}`,
  }));
}

function queueItems(q: QueueFigures): PaletteItem[] {
  const at = `/admin/jobs/queues/${q.name}`;
  const item = (label: string, icon: IconName, rest: Partial<PaletteItem>): PaletteItem => ({
    id: `queue:${label}`,
    group: "Queues",
    label,
    icon,
    words: `queue ${q.section} ${q.description}`,
    ...rest,
  });
  return [
    item(q.name, "layers", { href: at, asks: true, about: q.isPaused ? "queue, paused" : "queue" }),
    q.isPaused
      ? item(`Resume ${q.name}`, "play", { post: `${at}/resume` })
      : item(`Pause ${q.name}`, "pause", { href: `${at}/pause`, asks: true }),
    ...(q.canRun
      ? [item(`Run ${q.name}`, "zap", { post: `${at}/run`, about: "enqueue what is missing" })]
      : []),
    ...(q.failed > 0
      ? [item(`Retry what failed in ${q.name}`, "rotate-ccw", { href: `${at}/retry-failed`, asks: true })]
      : []),
  ];
}

function kindItems(app: App): PaletteItem[] {
  return app.queue.catalogue.kinds.map(({ name, alias, label, description }) => ({
    id: `new:${name}`,
    group: "New job",
    label: `New job: ${label}`,
    about: alias ?? name,
    icon: "plus",
    href: `/admin/jobs/new?type=${name}`,
    asks: true,
    words: `${name} ${description} create enqueue`,
  }));
}

function settingItems(app: App): PaletteItem[] {
  return app.settings.all().flatMap(({ key, label, section, help, rows }) =>
    (rows ?? [{ id: key, label, help }]).map(
      (row): PaletteItem => ({
        id: `setting:${row.id}`,
        group: "Settings",
        label: row.label,
        about: section,
        icon: "sliders-horizontal",
        href: `/admin/settings#${row.id}`,
        words: `${key} ${row.help} setting`,
      }),
    ),
  );
}
