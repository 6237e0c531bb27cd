// The frame of every page: sidebar on wide screens, bottom bar on phones, a bare card for pages before signing in.
// No inline script or style: the theme is a cookie that the server renders.

import type { PageContext } from "../src/http/pages/page-context.ts";
import type { VendoredName } from "../src/http/static.ts";
import { number } from "./format.ts";
import { Icon, type IconName, Mark } from "./parts/icon.tsx";
import { Toast } from "./parts/toast.tsx";

export interface LayoutProps {
  ctx: PageContext;
  /** Of the tab; the product's name is added. */
  title: string;
  /** Centred card without navigation: sign-in, first run, errors before signing in. */
  bare?: boolean;
  /** Uses the whole width: tables and watched work. */
  wide?: boolean;
  /** Address of the page's one stream, below the base path; else owners get that of the frame alone. */
  live?: string;
  /** More modules, in order. */
  scripts?: Parameters<PageContext["assets"]>[0][];
  /** Others' files that the page's scripts may load later: `vendored("hls.js")` in static/js. */
  vendor?: VendoredName[];
  /** For style elements of others' scripts (`styleNonce(c)`). */
  styleNonce?: string;
  children?: unknown;
}

export function Layout({
  ctx,
  title,
  bare,
  wide,
  live,
  scripts = [],
  vendor = [],
  styleNonce,
  children,
}: LayoutProps) {
  const stream = live ?? (ctx.user?.role === "owner" && !bare ? "/live/frame" : undefined);
  return (
    <html lang="en" data-theme={ctx.theme ?? undefined}>
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · Sprocket`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content={ctx.theme ?? "light dark"} />
        <meta name="htmx-config" content={htmxConfig} />
        {styleNonce ? <meta name="style-nonce" content={styleNonce} /> : null}
        {vendor.map((name) => (
          <meta name={`vendor:${name}`} content={ctx.assets(name)} />
        ))}
        <link rel="icon" type="image/svg+xml" href={ctx.assets("favicon.svg")} />
        <link rel="stylesheet" href={ctx.assets("app.css")} />
        <script src={ctx.assets("htmx.js")} defer />
        {ctx.preloads.map((path) => (
          <link rel="modulepreload" href={path} />
        ))}
        {(["app.js", ...scripts] as const).map((name) => (
          <script type="module" src={ctx.assets(name)} />
        ))}
      </head>
      <body class={bare ? "bare" : "app"} data-base={ctx.basePath}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        {bare ? null : <Navigation ctx={ctx} />}
        <main id="main" class={wide ? "wide" : undefined} tabindex={-1}>
          {stream ? <Stream ctx={ctx} url={ctx.url(stream)} /> : null}
          {children}
        </main>
        <div id="toasts" aria-live="polite">
          {ctx.flash ? <Toast {...ctx.flash} /> : null}
        </div>
        <p id="announce" class="sr-only" aria-live="polite" />
        <dialog id="dialog" aria-label="Confirm" />
        <form id="act" method="post" hx-boost="true" hx-swap="none" hx-push-url="false" hx-sync="queue all" />
      </body>
    </html>
  );
}

/** Error statuses never swap into the page (a proxy's 502 would land in a table), yet their partials do. */
const htmxConfig = JSON.stringify({
  noSwap: [204, 304, "4xx", "5xx"],
  morphIgnore: ["data-htmx-powered", "open", "aria-expanded", "data-current"],
  includeIndicatorCSS: false,
  extensions: "sse",
  history: "reload",
  // A server that restarts is back within seconds, and so is the page.
  sse: { reconnectMaxDelay: 5000, connectTimeout: 15000 },
});

function Stream({ ctx, url }: { ctx: PageContext; url: string }) {
  return (
    <>
      <div id="stream" hx-sse:connect={url} hx-swap="none" />
      <BuildMark build={ctx.build} />
      <p id="stream-lost" class="banner banner-warn stream-note" role="alert" hidden>
        <Icon name="triangle-alert" />
        <span>The live connection is lost. Figures may be old; trying again by itself.</span>
      </p>
      <p id="stream-back" class="banner banner-good stream-note" role="status" hidden>
        <Icon name="circle-check" />
        <span>Connected again. Figures are live.</span>
      </p>
      <p id="signed-out" class="banner banner-warn stream-note" role="alert" hidden>
        <Icon name="triangle-alert" />
        <span>
          You are signed out; the figures stand still. <a href={ctx.url("/sign-in")}>Sign in</a>
        </span>
      </p>
      <p id="upgraded" class="banner banner-good stream-note" role="status" hidden>
        <Icon name="circle-check" />
        <span>
          Sprocket was upgraded. <a href={ctx.url(ctx.path)}>Reload</a>
        </span>
      </p>
    </>
  );
}

/** The stream brings it again: a page that a former build rendered is to be loaded anew. */
export function BuildMark({ build }: { build: string }) {
  return <span id="build" data-build={build} hidden />;
}

function Navigation({ ctx }: { ctx: PageContext }) {
  const owner = ctx.user?.role === "owner";
  return (
    <>
      <header class="top">
        <a class="brand" href={ctx.url("/")}>
          <Mark />
          <span>Sprocket</span>
        </a>
        {owner ? (
          <button type="button" class="jump needs-js" data-palette aria-keyshortcuts="Control+K">
            <Icon name="search" />
            <span>Go to…</span>
            <kbd>Ctrl K</kbd>
          </button>
        ) : null}
        {ctx.user ? <Account ctx={ctx} /> : null}
      </header>
      <nav class="side" aria-label="Main">
        <ul>
          <Item ctx={ctx} to="/" icon="library" label="Library" />
          {viewPages.map((place) => (
            <Item ctx={ctx} {...place} extra={owner} />
          ))}
          {owner ? (
            <>
              {keepPages.map((place) => (
                <Item ctx={ctx} {...place} extra />
              ))}
              <Item ctx={ctx} to="/admin" icon="layout-dashboard" label="Overview" exact starts />
              <Item ctx={ctx} to="/admin/jobs" icon="list-checks" label="Jobs" />
              <Item ctx={ctx} to="/admin/problems" icon="triangle-alert" label="Problems">
                <OpenProblems ctx={ctx} />
              </Item>
              {workPages.map((place) => (
                <Item ctx={ctx} {...place} extra />
              ))}
              <Item ctx={ctx} to="/admin/settings" icon="settings" label="Settings" starts />
              {serverPages.map((place) => (
                <Item ctx={ctx} {...place} extra />
              ))}
            </>
          ) : null}
        </ul>
      </nav>
    </>
  );
}

function Account({ ctx }: { ctx: PageContext }) {
  return (
    <details class="account">
      <summary>
        <Icon name="user" />
        <span>{ctx.user!.name}</span>
      </summary>
      <div class="menu">
        <p>
          <b>{ctx.user!.name}</b>
          <br />
          <small>
            {ctx.user!.email} · {ctx.user!.role}
          </small>
        </p>
        <form method="post" action={ctx.url("/theme")} hx-boost="true" hx-swap="none" hx-push-url="false">
          <input type="hidden" name="back" value={ctx.path} />
          <fieldset class="themes">
            <legend>Colours</legend>
            {(["system", "light", "dark"] as const).map((theme) => (
              <button
                type="submit"
                name="theme"
                value={theme}
                data-theme-choice={theme}
                aria-pressed={(ctx.theme ?? "system") === theme ? "true" : "false"}
              >
                <Icon name={theme === "system" ? "monitor" : theme === "light" ? "sun" : "moon"} />
                <span>{theme}</span>
              </button>
            ))}
          </fieldset>
        </form>
        {ctx.user!.role === "owner" ? <NsfwSwitch ctx={ctx} /> : null}
        <a class="menu-item" href={ctx.url("/account")}>
          <Icon name="user" />
          Your account
        </a>
        <button type="button" class="menu-item needs-js" data-keys>
          <Icon name="keyboard" />
          Keyboard shortcuts
        </button>
        {ctx.user!.role === "owner"
          ? [...keepPages, ...workPages, ...serverPages].map(({ to, icon, label }) => (
              <a class="menu-item phone-only" href={ctx.url(to)}>
                <Icon name={icon} />
                {label}
              </a>
            ))
          : null}
        <form method="post" action={ctx.url("/sign-out")}>
          <button type="submit" class="menu-item">
            <Icon name="log-out" />
            Sign out
          </button>
        </form>
      </div>
    </details>
  );
}

function NsfwSwitch({ ctx }: { ctx: PageContext }) {
  return (
    <form method="post" action={ctx.url("/nsfw")}>
      <input type="hidden" name="back" value={ctx.path} />
      <button type="submit" class="menu-item" name="visible" value={ctx.nsfwVisible ? "0" : "1"}>
        <Icon name="eye-off" />
        {ctx.nsfwVisible ? "Hide NSFW content" : "Show NSFW content"}
      </button>
    </form>
  );
}

interface Place {
  to: string;
  icon: IconName;
  label: string;
}

/** Ways to look at the library; on an owner's phone they are tabs at the top of it. */
export const viewPages: Place[] = [
  { to: "/timeline", icon: "calendar", label: "Timeline" },
  { to: "/map", icon: "map", label: "Map" },
  { to: "/collections", icon: "gallery-vertical-end", label: "Collections" },
];
/** These and the next are beyond the phone's bottom bar: the account's menu has them there. */
const keepPages: Place[] = [
  { to: "/exports", icon: "clapperboard", label: "Exports" },
  { to: "/duplicates", icon: "copy", label: "Duplicates" },
  { to: "/trash", icon: "trash-2", label: "Trash" },
];
const workPages: Place[] = [
  { to: "/admin/history", icon: "history", label: "History" },
  { to: "/admin/operations", icon: "layers", label: "Operations" },
];
const serverPages: Place[] = [
  { to: "/admin/people", icon: "users", label: "People" },
  { to: "/admin/health", icon: "heart-pulse", label: "Health" },
  { to: "/admin/audit", icon: "scroll-text", label: "Audit" },
  { to: "/admin/about", icon: "info", label: "About" },
];

interface ItemProps extends Place {
  ctx: PageContext;
  exact?: boolean;
  /** Not on the phone's bottom bar; the account menu has it. */
  extra?: boolean;
  /** The first of its group. */
  starts?: boolean;
  /** After the label. */
  children?: unknown;
}

function Item({ ctx, to, icon, label, exact, extra, starts, children }: ItemProps) {
  const here =
    to === "/"
      ? /^\/($|libraries|library|files)/.test(ctx.path)
      : exact
        ? ctx.path === to
        : ctx.path.startsWith(to);
  return (
    <li class={extra ? "extra" : starts ? "starts" : undefined}>
      <a href={ctx.url(to)} aria-current={here ? "page" : undefined}>
        <Icon name={icon} />
        <span>{label}</span>
        {children}
      </a>
    </li>
  );
}

async function OpenProblems({ ctx }: { ctx: PageContext }) {
  return <ProblemCount n={await ctx.problems()} />;
}

/** Replaced when somebody has dealt with some. */
export function ProblemCount({ n }: { n: number }) {
  return (
    <span id="problem-count" class="badge badge-failed" hidden={n === 0}>
      {number(n)}
      <span class="sr-only"> open</span>
    </span>
  );
}
