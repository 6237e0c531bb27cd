// Who may come in, who owns, and what scripts may do: decided on one page, refused with the reason, never lost.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";
import { watch } from "../../support/stream.ts";

const htmx = { "hx-request": "true" };

describe("the people page", () => {
  let app: TestApp;
  let site: Hono<Env>;
  let owner: Browser;
  beforeEach(async () => {
    app = await testApp();
    site = createApp(app);
    owner = await ownerBrowser(site);
  });
  afterEach(() => app.close());

  test("changes the registration at once", async () => {
    await owner("POST", "/admin/registration", "mode=invite", htmx);
    expect(app.settings.get("registrationMode")).toBe("invite");
    expect(await (await site.request("/api/auth/registration")).json()).toMatchObject({ mode: "invite" });
  });

  test("shows what another owner decides", async () => {
    const stream = await watch(app, owner, "/live/people");
    await stream.until("the last owner stays");
    await memberBrowser(app, site);
    await stream.until("Max Member");
    await app.settings.change({ registrationMode: "open" }, null);
    await stream.until('value="open" checked');
    await app.accounts.createInvitation({ note: "Grandma", createdBy: null });
    await stream.until("Grandma");
    await stream.leave();
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
    expect(await (await owner("GET", "/admin/people")).text()).toContain("the last owner stays");
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
    const later = await (await owner("GET", "/admin/people")).text();
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

  test("asks before an account goes, says what goes with it, and answers in place", async () => {
    await memberBrowser(app, site);
    const max = (await app.accounts.listUsers()).find((user) => user.role === "member")!;
    await app.accounts.createToken({ userId: max.id, name: "script", scopes: ["read"] });
    const question = await (await owner("GET", `/admin/users/${max.id}/delete`, undefined, htmx)).text();
    expect(question).toContain("Delete the account of Max Member?");
    expect(question).toContain("1 API token stops working");
    expect(await app.accounts.countUsers()).toBe(2);
    const answer = await (await owner("POST", `/admin/users/${max.id}/delete`, "", htmx)).text();
    expect(answer).toContain("Deleted the account of Max Member.");
    expect(answer).not.toContain(`id="user-${max.id}"`);
  });

  test("without scripts a question is a page", async () => {
    await memberBrowser(app, site);
    const max = (await app.accounts.listUsers()).find((user) => user.role === "member")!;
    const page = await (await owner("GET", `/admin/users/${max.id}/delete`)).text();
    expect(page).toStartWith("<!doctype html>");
    expect(page).toContain("Keep as is");
  });

  test("an invitation works as long as was chosen", async () => {
    await owner("POST", "/admin/registration", "mode=invite");
    const made = await (await owner("POST", "/admin/invitations", "note=Ben&days=1")).text();
    const secret = /sign-up\?invite=([\w-]+)/.exec(made)![1]!;
    await app.clock.advance(23 * 3_600_000);
    expect(await app.accounts.isOpenInvitation(secret)).toBe(true);
    await app.clock.advance(2 * 3_600_000);
    expect(await app.accounts.isOpenInvitation(secret)).toBe(false);
    expect(await (await owner("GET", "/admin/people")).text()).toContain("expired");
  });

  test("a token ends when it was told to, and the page says so", async () => {
    await owner("POST", "/admin/tokens", "name=short&scopes=read&days=30", htmx);
    const [row] = await app.accounts.listTokens((await app.accounts.listUsers())[0]!.id);
    expect(row!.expiresAt!.getTime()).toBe(app.clock.now() + 30 * 86_400_000);
    await app.accounts.createToken({
      userId: row!.userId,
      name: "old",
      scopes: ["read"],
      expiresAt: new Date(app.clock.now() - 1),
    });
    expect(await (await owner("GET", "/admin/people")).text()).toContain("has ended");
  });

  test("a token without a name or without rights is refused, and none is made", async () => {
    for (const [form, why] of [
      ["name=&scopes=read", "Give the token a name."],
      ["name=x", "Choose what the token may do."],
    ]) {
      const answer = await owner("POST", "/admin/tokens", form, htmx);
      expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(why!)]);
    }
    expect(await app.accounts.listTokens((await app.accounts.listUsers())[0]!.id)).toEqual([]);
  });
});
