// One's own account as a person without scripts sees it: the password is changed with the old one, and only then.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Hono } from "hono";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import {
  type Browser,
  browser,
  memberBrowser,
  memberInput,
  ownerBrowser,
  type TestApp,
  testApp,
} from "../../support/app.ts";

let app: TestApp;
let site: Hono<Env>;
let member: Browser;
beforeEach(async () => {
  app = await testApp();
  site = createApp(app);
  await ownerBrowser(site);
  member = await memberBrowser(app, site);
});
afterEach(() => app.close());

const fields = (current: string, password: string) => new URLSearchParams({ current, password }).toString();
const signInWith = async (password: string) => {
  const form = new URLSearchParams({ email: memberInput.email, password }).toString();
  return (await browser(site)("POST", "/sign-in", form)).status;
};

test("the account menu leads a member to their account", async () => {
  expect(await (await member("GET", "/")).text()).toContain('href="/account"');
  const answer = await member("GET", "/account");
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(memberInput.email)]);
});

test("changes the password: this browser stays, every other one is signed out", async () => {
  const other = browser(site);
  await other("POST", "/sign-in", new URLSearchParams(memberInput).toString());
  expect((await other("GET", "/account")).status).toBe(200);
  const answer = await member(
    "POST",
    "/account/password",
    fields(memberInput.password, "long beats complicated"),
  );
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/account"]);
  expect(await (await member("GET", "/account")).text()).toContain("Your password is changed.");
  expect((await other("GET", "/account")).headers.get("location")).toBe("/sign-in?next=%2Faccount");
  expect([await signInWith(memberInput.password), await signInWith("long beats complicated")]).toEqual([
    401, 303,
  ]);
});

test.each([
  ["a guess", "long beats complicated", 403, "The current password is wrong."],
  [memberInput.password, "short", 422, "The password must have 8 to 128 characters."],
])("%s and %s change nothing, and the field says why", async (current, password, status, reason) => {
  const answer = await member("POST", "/account/password", fields(current, password));
  const text = await answer.text();
  expect([answer.status, text]).toEqual([status, expect.stringContaining(reason)]);
  expect(text).not.toContain(current);
  expect(await signInWith(memberInput.password)).toBe(303);
});
