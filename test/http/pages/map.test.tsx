// The map's page: places in words for those without scripts, and tiles only where an owner has said so.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
});
afterEach(() => at.close());

const template = "https://tile.example.org/{z}/{x}/{y}.png";

test("places are counted, what has none as well; an area shows its files", async () => {
  const library = await addLibrary(at);
  await addFile(at, library, "berlin.jpg", { gpsLat: 52.5, gpsLon: 13.4 });
  const sydney = await addFile(at, library, "sydney.jpg", { gpsLat: -33.9, gpsLon: 151.2 });
  await addFile(at, library, "nowhere.jpg");
  const page = await (await owner("GET", "/map?list=1")).text();
  expect(page).toContain("2 files have a place, 1 without");
  expect(page).toContain("33.9° S, 151.2° E");
  const there = /href="([^"]*)">33\.9° S/.exec(page)![1]!;
  const shown = await (await owner("GET", there)).text();
  expect(shown).toContain("1 file here");
  expect(shown).toContain(`file-${sydney.id}`);
  expect((await owner("GET", "/map?bbox=nonsense")).status).toBe(200);
});

test("tiles are off, and then no page may load anything from elsewhere", async () => {
  await addFile(at, await addLibrary(at), "a.jpg", { gpsLat: 1, gpsLon: 1 });
  const before = await owner("GET", "/map");
  expect(before.headers.get("content-security-policy")).toContain("img-src 'self' data: blob:;");
  expect(await before.text()).not.toContain("data-tiles");
  const change = await owner("PATCH", "/api/admin/settings", { mapTiles: template });
  expect(change.status).toBe(200);
  const member = await memberBrowser(at.app, at.site);
  const map = await member("GET", "/map");
  expect(map.headers.get("content-security-policy")).toContain("img-src https://tile.example.org 'self'");
  expect(await map.text()).toContain(`data-tiles="${template}"`);
  expect((await member("GET", "/")).headers.get("content-security-policy")).not.toContain("example.org");
  await owner("PATCH", "/api/admin/settings", { mapTiles: null });
  expect((await owner("GET", "/map")).headers.get("content-security-policy")).not.toContain("example.org");
});

test("an address of tiles is one, and adds nothing else to the policy", async () => {
  for (const mapTiles of [
    "https://tile.example.org/1.png",
    "javascript:alert({x}{y}{z})",
    "https://a.org; script-src */{z}/{x}/{y}",
    "https://a.org/{z}/{x}/{y}' 'unsafe-inline",
    "https://a b.org/{z}/{x}/{y}",
  ])
    expect((await owner("PATCH", "/api/admin/settings", { mapTiles })).status).toBe(422);
  await owner("PATCH", "/api/admin/settings", { mapTiles: "https://{s}.tile.org:8443/{z}/{x}/{y}.png?k=1" });
  const policy = (await owner("GET", "/map")).headers.get("content-security-policy");
  expect(policy).toContain("img-src https://*.tile.org:8443 'self'");
});
