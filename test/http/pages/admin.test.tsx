import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

const htmx = { "hx-request": "true" };

describe("the overview", () => {
  let app: TestApp;
  let site: Hono<Env>;
  let owner: Browser;
  beforeEach(async () => {
    app = await testApp();
    site = createApp(app);
    owner = await ownerBrowser(site);
  });
  afterEach(() => app.close());

  test("shows what there is, what goes on, and which build it is", async () => {
    const page = await (await owner("GET", "/admin")).text();
    for (const words of [
      "Files",
      "Storage",
      "Folders",
      "Backlog",
      "Retained done",
      "Auto-scan every 60 minutes",
      "run from source",
    ])
      expect(page).toContain(words);
  });

  test("says what it makes way for, and whether stuck jobs are healed", async () => {
    const page = async () => (await owner("GET", "/admin")).text();
    expect(await page()).not.toContain("Heat");
    await app.yielding.report({
      userId: "1",
      who: "Anna",
      fileId: 1,
      title: "Heat",
      isAudio: false,
      playing: true,
    });
    // Once, and above everything else.
    expect((await page()).match(/Anna watches “Heat”/g)).toHaveLength(1);
    expect(await page()).toMatch(/id="server-state"[\s\S]*Heat[\s\S]*Retained done/);
    expect(await page()).toContain("Auto-heal is off.");
    await app.settings.change({ autoHeal: { enabled: true, action: "clear_and_log" } }, null);
    expect(await page()).toContain("Auto-heal is on. Stuck jobs: end them as failed.");
  });

  test("changes the registration at once", async () => {
    await owner("POST", "/admin/registration", "mode=invite", htmx);
    expect(app.settings.get("registrationMode")).toBe("invite");
    expect(await (await site.request("/api/auth/registration")).json()).toMatchObject({ mode: "invite" });
  });

  test("a registration mode that does not exist changes nothing: the control comes back as it was, with the reason", async () => {
    const answer = await owner("POST", "/admin/registration", "mode=anyone", htmx);
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(text).toContain('role="alert"');
    expect(text).toContain('value="closed" checked=""');
    expect(app.settings.get("registrationMode")).toBe("closed");
  });

  test("promotes and demotes; the last owner can't go", async () => {
    await memberBrowser(app, site);
    const users = await app.accounts.listUsers();
    const [olga, max] = ["owner", "member"].map((role) => users.find((u) => u.role === role));
    expect(await (await owner("GET", "/admin")).text()).toContain("last owner");
    const refused = await owner("POST", `/admin/users/${olga!.id}/role`, "role=member", htmx);
    expect([refused.status, await refused.text()]).toEqual([
      409,
      expect.stringContaining("The last owner can&#39;t be demoted"),
    ]);
    expect(await (await owner("POST", `/admin/users/${max!.id}/role`, "role=owner", htmx)).text()).toContain(
      "Max Member is an owner now.",
    );
    expect((await app.accounts.listUsers()).map((u) => u.role)).toEqual(["owner", "owner"]);
  });

  test("shows an invitation's link once, and it works", async () => {
    await owner("POST", "/admin/registration", "mode=invite");
    const made = await (await owner("POST", "/admin/invitations", "note=Grandma")).text();
    const secret = /sign-up\?invite=([\w-]+)/.exec(made)?.[1];
    expect(await app.accounts.isOpenInvitation(secret!)).toBe(true);
    const later = await (await owner("GET", "/admin")).text();
    expect(later).toContain("Grandma");
    expect(later).not.toContain(secret!);
    const [row] = await app.accounts.listInvitations();
    await owner("POST", `/admin/invitations/${row!.id}/delete`, "");
    expect(await app.accounts.isOpenInvitation(secret!)).toBe(false);
  });

  test("shows a token once, and it works until it is revoked", async () => {
    const made = await (await owner("POST", "/admin/tokens", "name=script&scopes=read", htmx)).text();
    const secret = /value="(spr_[\w-]+)"/.exec(made)![1]!;
    const me = () =>
      site.request("http://localhost:8420/api/me", {
        headers: { host: "localhost:8420", authorization: `Bearer ${secret}` },
      });
    expect((await me()).status).toBe(200);
    const [row] = await app.accounts.listTokens((await app.accounts.listUsers())[0]!.id);
    await owner("POST", `/admin/tokens/${row!.id}/delete`, "");
    expect((await me()).status).toBe(401);
  });

  test("backfills hashes and says how many", async () => {
    const answer = await owner("POST", "/admin/backfill/hashes", "", htmx);
    expect(await answer.text()).toContain("Backfill hashes: Enqueued 0, skipped 0.");
  });

  test("writes down who did what", async () => {
    await owner("POST", "/admin/registration", "mode=open");
    const page = await (await owner("GET", "/admin/audit")).text();
    expect(page).toContain("settings.change");
    expect(page).toContain("owner@example.org");
  });

  test("names the licences of what the pages contain", async () => {
    const page = await (await owner("GET", "/admin/about")).text();
    expect(page).toContain("Zero-Clause BSD");
    expect(page).toContain("Lucide");
  });
});
