// Signing in, up and out as a person without scripts does it.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { browser, memberInput, ownerBrowser, ownerInput } from "../../support/app.ts";
import { type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
beforeEach(async () => {
  at = await mediaSite();
});
afterEach(() => at.close());

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

test("before there is an owner, sign-in leads to the first run", async () => {
  const answer = await browser(at.site)("GET", "/sign-in");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/welcome"]);
});

test("signing in leads to the page that was asked for", async () => {
  await ownerBrowser(at.site);
  const somebody = browser(at.site);
  const page = await (await somebody("GET", "/sign-in?next=/files/12?q=a")).text();
  expect(page).toContain('name="next" value="/files/12?q=a"');
  expect(page).toContain('autocomplete="current-password"');
  const answer = await somebody("POST", "/sign-in", form({ ...ownerInput, next: "/files/12?q=a" }));
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/files/12?q=a"]);
  expect((await somebody("GET", "/")).status).toBe(200);
});

test.each(["//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "javascript:alert(1)"])(
  "%s is no place to go afterwards",
  async (next) => {
    await ownerBrowser(at.site);
    const answer = await browser(at.site)("POST", "/sign-in", form({ ...ownerInput, next }));
    expect(answer.headers.get("location")).toBe("/");
  },
);

test("a wrong password and an unknown e-mail get the same page, with the e-mail kept and no password", async () => {
  await ownerBrowser(at.site);
  const wrong = await browser(at.site)(
    "POST",
    "/sign-in",
    form({ email: ownerInput.email, password: "not this one" }),
  );
  const unknown = await browser(at.site)(
    "POST",
    "/sign-in",
    form({ email: "who@example.org", password: "not this one" }),
  );
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
  const page = await wrong.text();
  expect(page).toContain('role="alert"');
  expect(page).toContain(`value="${ownerInput.email}"`);
  expect(page).not.toContain("not this one");
  expect(page.replaceAll(ownerInput.email, "")).toBe(
    (await unknown.text()).replaceAll("who@example.org", ""),
  );
});

test("signing out is a POST, and ends the session", async () => {
  const owner = await ownerBrowser(at.site);
  expect((await owner("GET", "/sign-out")).status).toBe(404);
  expect((await owner("POST", "/sign-out", "")).headers.get("location")).toBe("/sign-in");
  expect((await owner("GET", "/")).headers.get("location")).toBe("/sign-in");
});

test("the sign-up page shows the form that the registration mode allows, or the reason for none", async () => {
  await ownerBrowser(at.site);
  const seen = async (path: string) => (await browser(at.site)("GET", path)).text();
  await at.app.settings.change({ registrationMode: "closed" }, null);
  expect(await seen("/sign-up")).toContain("Sign-up is closed");
  expect(await seen("/sign-up")).not.toContain("<form method");
  const { secret } = await at.app.accounts.createInvitation({ createdBy: null });
  expect(await seen(`/sign-up?invite=${secret}`)).toContain("Your invitation is good");
  await at.app.settings.change({ registrationMode: "invite" }, null);
  expect(await seen("/sign-up")).toContain("Sign-up is by invitation");
  expect(await seen("/sign-up?invite=guess")).toContain("no longer works");
  await at.app.settings.change({ registrationMode: "open" }, null);
  expect(await seen("/sign-up")).toContain("At least 8 characters");
});

test("an invitation makes one account, as a member", async () => {
  await ownerBrowser(at.site);
  await at.app.settings.change({ registrationMode: "invite" }, null);
  const { secret } = await at.app.accounts.createInvitation({ createdBy: null });
  const guest = browser(at.site);
  expect(await (await guest("GET", `/sign-up?invite=${secret}`)).text()).toContain(
    'autocomplete="new-password"',
  );
  const answer = await guest("POST", "/sign-up", form({ ...memberInput, invite: secret }));
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  expect((await at.app.accounts.getUser(memberInput.email)).role).toBe("member");
  expect(await (await browser(at.site)("GET", `/sign-up?invite=${secret}`)).text()).toContain(
    "no longer works",
  );
});

test("a short password is refused beside its field, and the rest of the form is kept", async () => {
  await ownerBrowser(at.site);
  await at.app.settings.change({ registrationMode: "open" }, null);
  const answer = await browser(at.site)("POST", "/sign-up", form({ ...memberInput, password: "short" }));
  const page = await answer.text();
  expect(answer.status).toBe(422);
  expect(page).toContain('id="password-error"');
  expect(page).toContain(`value="${memberInput.name}"`);
});
