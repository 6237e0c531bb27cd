// A real browser for pages, where one is installed. It asks nobody on the network for anything.

import { existsSync, readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** axe's script, to be evaluated in a page. */
export const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (p) => existsSync(p),
);

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** By the form, and on to the page at `next`. */
export async function signIn(
  page: Page,
  origin: string,
  who: { email: string; password: string },
  next: string,
): Promise<void> {
  await page.goto(`${origin}/sign-in?next=${encodeURIComponent(next)}`);
  await page.fill("[name=email]", who.email);
  await page.fill("[name=password]", who.password);
  await page.click("main button[type=submit]");
  await page.waitForURL(`**${next.split("?")[0]}*`);
}
