// The timeline's page: days and months, what follows, and where one jumps to.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { LibraryRow } from "../../../src/db/tables/library.ts";
import { type Browser, ownerBrowser } from "../../support/app.ts";
import { addDerivative, addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let family: LibraryRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  family = await addLibrary(at);
});
afterEach(() => at.close());

const seen = async (query = "") => (await owner("GET", `/timeline${query}`)).text();
const shot = (name: string, at2: string, facts = {}) =>
  addFile(at, family, name, { capturedAt: new Date(at2), ...facts });
const headings = (page: string) => [...page.matchAll(/<h[23](?: class="month")?>([^<]*)</g)].map((m) => m[1]);
const shots = (page: string) => [...page.matchAll(/id="file-(\d+)"/g)].map((m) => Number(m[1]));

test("days stand under their months, newest first", async () => {
  await shot("a.jpg", "2024-07-14T10:00:00");
  await shot("b.jpg", "2024-07-15T09:00:00");
  await shot("c.jpg", "2024-06-30T23:59:00");
  await addFile(at, family, "undated.jpg");
  expect(headings(await seen())).toEqual([
    "July 2024",
    "Mon, 15 July 2024",
    "Sun, 14 July 2024",
    "June 2024",
    "Sun, 30 June 2024",
  ]);
});

test("a page ends with a day, the next goes on with the day after", async () => {
  const ids = [];
  for (let i = 0; i < 100; i++)
    ids.push(
      (await shot(`${i}.jpg`, `2024-07-${i < 60 ? 20 : 19}T12:${String(59 - (i % 60)).padStart(2, "0")}:00`))
        .id,
    );
  const first = await seen();
  expect(shots(first)).toEqual(ids.slice(0, 60));
  const next = /hx-get="([^"]*)"/
    .exec(first.slice(first.indexOf("shots-more")))![1]!
    .replaceAll("&amp;", "&");
  const more = await (await owner("GET", next)).text();
  expect(shots(more)).toEqual(ids.slice(60));
  expect(headings(more)).toEqual(["Fri, 19 July 2024"]);
});

test("a day longer than a page goes on without its heading", async () => {
  for (let i = 0; i < 95; i++) await shot(`${i}.jpg`, "2024-07-20T12:00:00");
  const first = await seen();
  expect(shots(first)).toHaveLength(90);
  const next = /hx-get="([^"]*)"/
    .exec(first.slice(first.indexOf("shots-more")))![1]!
    .replaceAll("&amp;", "&");
  const more = await (await owner("GET", next)).text();
  expect(shots(more)).toHaveLength(5);
  expect(headings(more)).toEqual([]);
});

test("one may jump to a month, and back to what is newer", async () => {
  await shot("new.jpg", "2024-07-14T10:00:00");
  const old = await shot("old.jpg", "2019-03-01T10:00:00");
  const page = await seen("?to=2019-03");
  expect(shots(page)).toEqual([old.id]);
  expect(page).toContain('<option value="2019-03" selected');
  expect(page).toContain("/timeline?to=2024-07");
  const bad = await seen("?to=yesteryear");
  expect(bad).toContain("yesteryear is not a date");
  expect(shots(bad)).toHaveLength(2);
});

test("a video has its length, and its preview for the pointer once there is one", async () => {
  const film = await shot("film.mp4", "2024-07-14T10:00:00", { type: "video", durationS: 75 });
  await addDerivative(at, film, "poster", "webp-480", "x", { width: 480, height: 270 });
  const before = await seen();
  expect(before).toContain("1:15");
  expect(before).toContain("shot r18");
  expect(before).not.toContain("data-preview");
  await at.app.db.run(
    `INSERT INTO derivative (file_id, kind, variant, path, mime_type, size_bytes, created_at) VALUES (${film.id}, 'preview', 'mp4-640', 'p', 'video/mp4', 1, 1)`,
  );
  expect(await seen()).toContain(`data-preview="/api/files/${film.id}/preview"`);
});
