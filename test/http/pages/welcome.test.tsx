// The first run: owner account, first library, what to make; nothing runs before "Start".

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listAudit } from "../../../src/http/audit.ts";
import { listLibraries } from "../../../src/library/libraries.ts";
import { browser, ownerInput } from "../../support/app.ts";
import { addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
beforeEach(async () => {
  at = await mediaSite();
});
afterEach(() => at.close());

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const far = () => browser(at.site, "192.0.2.7", "nas.local:8420");

test("every page leads to the first run while nobody owns the server", async () => {
  expect((await browser(at.site)("GET", "/")).headers.get("location")).toBe("/welcome");
});

test("from another device the console's link is needed", async () => {
  const page = await (await far()("GET", "/welcome")).text();
  expect(page).toContain("printed on its console");
  expect(page).not.toContain('name="password"');
  const secret = new URL(at.app.accounts.setupLinks()[0]!).searchParams.get("setup")!;
  expect(await (await far()("GET", "/welcome?setup=old")).text()).toContain("old or wrong");
  expect(await (await far()("GET", `/welcome?setup=${secret}`)).text()).toContain('name="password"');
  const refused = await far()("POST", "/welcome", form({ ...ownerInput }));
  expect(refused.status).toBe(403);
  const made = await far()("POST", "/welcome", form({ ...ownerInput, setup: secret }));
  expect(made.headers.get("location")).toBe("/welcome/library");
});

test("what is wrong with the account is said beside its field", async () => {
  const answer = await browser(at.site)("POST", "/welcome", form({ ...ownerInput, email: "nonsense" }));
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('id="email-error"');
});

test("account, folder, Start: a library whose scans are enqueued", async () => {
  const photos = join(at.mediaFolder, "Photos");
  mkdirSync(photos);
  writeFileSync(join(photos, "a.jpg"), "x");
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  expect((await at.app.accounts.getUser(ownerInput.email)).role).toBe("owner");

  const picker = await (await owner("GET", `/welcome/library?path=${encodeURIComponent(photos)}`)).text();
  expect(picker).toContain("1 picture");
  expect(picker).toContain("readable");
  expect(picker).toContain("Use this folder");
  const make = await (await owner("GET", `/welcome/make?path=${encodeURIComponent(photos)}`)).text();
  expect(make).toContain('value="Photos"');
  expect((await at.app.store.list({}, "newest", 0, 1)).total).toBe(0);

  const started = await owner(
    "POST",
    "/welcome/make",
    form({ path: photos, name: "Photos", images: "on", watch: "on" }),
  );
  const [library] = await listLibraries(at.app.db);
  expect(started.headers.get("location")).toBe(`/libraries/${library!.id}`);
  expect(library).toMatchObject({
    name: "Photos",
    scanImages: true,
    scanVideos: false,
    scanAudio: false,
    watch: true,
  });
  const { jobs } = await at.app.store.list({}, "newest", 0, 10);
  expect(jobs.map((j) => j.kind)).toEqual(["gallery-scan"]);
  const { entries } = await listAudit(at.app, 1, 10);
  expect(entries.map((entry) => entry.action)).toEqual(["library.scan", "library.create"]);
});

test("a folder that can't be a library is refused with the reason, before and after choosing", async () => {
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  const inside = at.app.paths.derivatives;
  const picker = await (await owner("GET", `/welcome/library?path=${encodeURIComponent(inside)}`)).text();
  expect(picker).toContain("data folder");
  expect(picker).not.toContain("Use this folder");
  const refused = await owner("POST", "/welcome/make", form({ path: inside, name: "x", images: "on" }));
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain("data folder");
});

test("what lies below a folder is told before it is chosen, and by type where one says what to look for", async () => {
  mkdirSync(join(at.mediaFolder, "2019"));
  for (const name of ["a.jpg", "b.jpg", "c.mp4"]) writeFileSync(join(at.mediaFolder, "2019", name), "x");
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  const path = encodeURIComponent(at.mediaFolder);
  expect(await (await owner("GET", `/welcome/library?path=${path}`)).text()).toContain(
    "1 video, 2 pictures with 1 folder below it",
  );
  const make = await (await owner("GET", `/welcome/make?path=${path}`)).text();
  expect(make).toContain("2 found");
  expect(make).toContain("none found");
});

test("going back for another folder loses nothing that was filled in; a name that was the folder's follows", async () => {
  const [a, b] = ["A", "B"].map((name) => join(at.mediaFolder, name)) as [string, string];
  for (const path of [a, b]) mkdirSync(path);
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  const again = async (name: string) => {
    const filled = new URLSearchParams({ path: a, name, images: "on", nsfw: "on", kept: "1" });
    const picker = await (await owner("GET", `/welcome/library?${filled}`)).text();
    const link = [...picker.matchAll(/href="(\/welcome\/make[^"]*)"/g)][0]![1]!.replaceAll("&amp;", "&");
    const there = new URL(link, "http://x");
    there.searchParams.set("path", b);
    return (await owner("GET", there.pathname + there.search)).text();
  };
  const form2 = await again("Family");
  expect(form2).toContain('value="Family"');
  expect(form2).toMatch(/name="images" value="on" checked=""/);
  expect(form2).toMatch(/name="nsfw" value="on" checked=""/);
  expect(form2).not.toMatch(/name="videos" value="on" checked=""/);
  expect(await again("A")).toContain('value="B"');
});

test("a library that looks for nothing is refused", async () => {
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  const answer = await owner("POST", "/welcome/make", form({ path: at.mediaFolder, name: "x" }));
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("at least one of");
  expect(await listLibraries(at.app.db)).toEqual([]);
});

test("libraries that are there already are shown and started together", async () => {
  await addLibrary(at, "Films");
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  const page = await (
    await owner("GET", `/welcome/library?path=${encodeURIComponent(at.mediaFolder)}`)
  ).text();
  expect(page).toContain("Films");
  expect(page).toContain("Start with this library");
  await owner("POST", "/welcome/start", "");
  expect((await at.app.store.list({}, "newest", 0, 10)).total).toBe(3);
  const { entries } = await listAudit(at.app, 1, 10);
  expect(entries).toMatchObject([{ action: "library.scan", actor: ownerInput.email }]);
});

test("once there is an owner, the first run is over", async () => {
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  expect((await owner("GET", "/welcome")).headers.get("location")).toBe("/");
  expect((await browser(at.site)("GET", "/welcome/library")).headers.get("location")).toContain("/sign-in");
});

test("folders that the configuration names are offered first", async () => {
  await at.close();
  at = await mediaSite();
  at.app.config.media.push(at.mediaFolder);
  const owner = browser(at.site);
  await owner("POST", "/welcome", form(ownerInput));
  const page = await (await owner("GET", "/welcome/library")).text();
  expect(page).toContain("Folders named in the configuration");
  expect(page).toContain(`path=${encodeURIComponent(at.mediaFolder)}`);
});
