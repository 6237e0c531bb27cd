// The timeline and the map by the API.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { LibraryRow } from "../../../src/db/tables/library.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let member: Browser;
let family: LibraryRow;
beforeEach(async () => {
  at = await mediaSite();
  await ownerBrowser(at.site);
  member = await memberBrowser(at.app, at.site);
  family = await addLibrary(at);
  const secret = await addLibrary(at, "Secret", { nsfw: true });
  const facts = { gpsLat: 52.5, gpsLon: 13.4 };
  await addFile(at, family, "a.jpg", { capturedAt: new Date("2024-07-14T12:00:00"), ...facts });
  await addFile(at, family, "b.mp4", { capturedAt: new Date("2024-07-15T12:00:00"), type: "video" });
  await addFile(at, family, "c.jpg", {
    capturedAt: new Date("2019-01-01T12:00:00"),
    gpsLat: -33,
    gpsLon: 151,
  });
  await addFile(at, family, "d.mp3", { capturedAt: new Date("2024-07-15T12:00:00"), type: "audio" });
  await addFile(at, secret, "e.jpg", { capturedAt: new Date("2024-07-15T12:00:00"), ...facts });
});
afterEach(() => at.close());

const get = async (path: string) => (await member("GET", path)).json();
const names = ({ data }: { data: { name: string }[] }) => data.map((file) => file.name);

test("the timeline has pictures and videos newest first, with counts by month", async () => {
  const all = await get("/api/timeline?limit=2");
  expect(names(all)).toEqual(["b.mp4", "a.jpg"]);
  expect(all.months).toEqual([
    { month: "2024-07", files: 2 },
    { month: "2019-01", files: 1 },
  ]);
  expect(all.pagination).toMatchObject({ total: 3, totalPages: 2 });
  expect(names(await get("/api/timeline?limit=2&page=2"))).toEqual(["c.jpg"]);
});

test("from and to belong to the stretch; type and library narrow it", async () => {
  expect(names(await get("/api/timeline?from=2024-07-14&to=2024-07-14"))).toEqual(["a.jpg"]);
  expect(names(await get("/api/timeline?to=2023"))).toEqual(["c.jpg"]);
  expect(names(await get("/api/timeline?type=video"))).toEqual(["b.mp4"]);
  expect(names(await get(`/api/timeline?library=${family.id}`))).toHaveLength(3);
  const bad = await member("GET", "/api/timeline?from=soon");
  expect(bad.status).toBe(422);
  expect((await bad.json()).errors).toMatchObject([{ path: ["from"] }]);
});

test("the map clusters what is in its area, and leaves out what is hidden", async () => {
  const world = await get("/api/map?zoom=0");
  expect(world.clusters).toHaveLength(2);
  expect(world.pagination.total).toBe(2);
  const europe = await get("/api/map?zoom=5&bbox=0,40,20,60");
  expect(europe.clusters).toMatchObject([{ lat: 52.5, lon: 13.4, files: 1 }]);
  expect(names(europe)).toEqual(["a.jpg"]);
  // Turned round the world once.
  expect(names(await get("/api/map?bbox=360,40,380,60"))).toEqual(["a.jpg"]);
  expect(names(await get("/api/map?bbox=-400,-90,400,90&files=false"))).toEqual([]);
  expect((await member("GET", "/api/map?bbox=1,2,3")).status).toBe(422);
});
