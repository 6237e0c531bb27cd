import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createApp } from "../../../src/http/app.ts";
import { type Browser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

describe("the colours", () => {
  let app: TestApp;
  let owner: Browser;
  beforeEach(async () => {
    app = await testApp();
    owner = await ownerBrowser(createApp(app));
  });
  afterEach(() => app.close());

  test("are rendered by the server once chosen, without any script", async () => {
    expect(await (await owner("GET", "/admin")).text()).not.toContain("data-theme=");
    const answer = await owner("POST", "/theme", "theme=dark&back=/admin/jobs");
    expect(answer.headers.get("location")).toBe("/admin/jobs");
    expect(await (await owner("GET", "/admin")).text()).toContain('<html lang="en" data-theme="dark">');
    await owner("POST", "/theme", "theme=system&back=/");
    expect(await (await owner("GET", "/admin")).text()).not.toContain("data-theme=");
  });

  test("lead back to no other site", async () => {
    expect((await owner("POST", "/theme", "theme=dark&back=//evil.example")).headers.get("location")).toBe(
      "/",
    );
  });
});
