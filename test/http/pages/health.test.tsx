// The Health page and its API say the same: what was looked at, what was found, and how to mend it.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";

const htmx = { "hx-request": "true" };

describe("health", () => {
  let app: TestApp;
  let site: Hono<Env>;
  let owner: Browser;
  beforeEach(async () => {
    app = await testApp();
    site = createApp(app);
    owner = await ownerBrowser(site);
    await app.worker.start();
  });
  afterEach(async () => {
    await app.worker.stop();
    await app.close();
  });

  const breakDataFolder = async () => {
    rmSync(app.paths.tmp, { recursive: true });
    await Bun.write(app.paths.tmp, "a file where the folder was");
  };
  const mendDataFolder = () => rmSync(app.paths.tmp);

  test("names every check with its result in words, and how to mend what failed", async () => {
    await breakDataFolder();
    const page = await (await owner("GET", "/admin/health")).text();
    expect(page).toContain("1 check failed");
    expect(page).toMatch(/check-fail[\s\S]*Failed[\s\S]*Data folder[\s\S]*takes no files[\s\S]*What to do:/);
    expect(page).toMatch(/check-ok[\s\S]*OK[\s\S]*Database[\s\S]*takes writes/);
  });

  test("looks again when told to, and shows in place what it found", async () => {
    await breakDataFolder();
    await owner("GET", "/admin/health");
    mendDataFolder();
    const answer = await (await owner("POST", "/admin/health/check/storage", "", htmx)).text();
    expect(answer).toContain("Checked Storage: all well.");
    expect(answer).toContain('hx-target="#checks-storage"');
    expect(answer).not.toContain("takes no files");
  });

  test("quick checks are looked at again by themselves, but not at every look", async () => {
    await owner("GET", "/admin/health");
    await breakDataFolder();
    const status = async () =>
      ((await (await owner("GET", "/api/admin/health")).json()) as { status: string }).status;
    expect(await status()).toBe("ok");
    await app.clock.advance(15_000);
    expect(await status()).toBe("fail");
  });

  test("the API tells scripts the same, and the integrity only when somebody wants it", async () => {
    const health = async (method: string, path: string) =>
      (await (await owner(method, path)).json()) as {
        checks: { name: string; result: string }[];
        sections: { id: string; checkedAt: string | null; checks: unknown[] }[];
      };
    const all = await health("POST", "/api/admin/health/check");
    expect(all.checks.find(({ name }) => name === "worker")).toMatchObject({ result: "ok" });
    expect(all.checks.find(({ name }) => name === "models")).toMatchObject({ result: "ok" });
    const integrity = () => all.sections.find(({ id }) => id === "integrity");
    expect(integrity()).toMatchObject({ checkedAt: null, checks: [] });
    const member = await memberBrowser(app, site);
    expect((await member("GET", "/api/admin/health")).status).toBe(403);
  });

  test("a worker that gives no sign of life is told in the headline of the overview", async () => {
    await app.worker.stop();
    await app.clock.advance(300_000);
    await settled();
    const page = await (await owner("GET", "/admin")).text();
    expect(page).toContain("Something is broken: worker");
    expect(page).toContain("See what to do");
  });

  test("a section that does not exist is not found", async () => {
    expect((await owner("POST", "/admin/health/check/nothing", "", htmx)).status).toBe(404);
  });
});
