// What people say about a file: on its page and by the API, who says what, taking it back, and what stands beside the file.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileRow, LibraryRow } from "../../../src/db/tables/library.ts";
import { changeFacts } from "../../../src/library/file-facts.sqlite.ts";
import { getFile } from "../../../src/library/files.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let library: LibraryRow;
let file: FileRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  library = await addLibrary(at);
  file = await addFile(at, library, "a.jpg", {
    type: "image",
    mimeType: "image/jpeg",
    capturedAt: new Date("2020-01-24T22:11:53Z"),
    capturedOffsetMin: 60,
    capturedFrom: "exif",
    metadataAt: new Date(0),
  });
});
afterEach(() => at.close());

const shown = {
  title: "",
  description: "",
  rating: "",
  tags: "",
  people: "",
  capturedAt: "2020-01-24 23:11:53 +01:00",
  gps: "",
};
const htmx = { "HX-Request": "true" };
const post = (path: string, form: Record<string, string> = {}, by = owner) =>
  by("POST", `/files/${file.id}/${path}`, new URLSearchParams(form).toString(), htmx);
const save = (form: Partial<typeof shown>) => post("details", { ...shown, ...form });
const seen = async (by = owner) => (await by("GET", `/files/${file.id}`)).text();
const view = async () => (await owner("GET", `/api/files/${file.id}`)).json();
const patch = (body: object, by = owner) => by("PATCH", `/api/files/${file.id}`, body);
const undoOf = (text: string) => /formaction="([^"]*undo)"/.exec(text)![1]!;
const found = async (q: string) =>
  (await (await owner("GET", `/api/files?q=${encodeURIComponent(q)}`)).json()).data.map(
    (f: { name: string }) => f.name,
  );

describe("the form", () => {
  test("says what was typed, and only what was changed; Undo takes it back", async () => {
    const form = await (await owner("GET", `/files/${file.id}/details`)).text();
    expect(form).toContain('value="2020-01-24 23:11:53 +01:00"');
    const answer = await save({ title: "Lake <b>", tags: "holiday, Lake, holiday", rating: "4.5" });
    expect(answer.status).toBe(200);
    expect(await view()).toMatchObject({
      title: "Lake <b>",
      tags: ["holiday", "Lake"],
      rating: 4.5,
      capturedFrom: "exif",
      saidBy: { title: "user", tags: "user", rating: "user" },
    });
    const page = await seen();
    expect(page).toContain("Lake &lt;b&gt;");
    expect(page).toContain('aria-label="4.5 of 5 stars"');
    const undone = await owner("POST", undoOf(await answer.text()), "", htmx);
    expect(await undone.text()).toContain("As it was said before.");
    expect(await view()).toMatchObject({ title: null, tags: [], rating: null });
  });

  test("a date and a place reach the lists, the timeline and the map; emptied, the file's own come back", async () => {
    await save({ capturedAt: "1999-12-31 23:59:00 -05:00", gps: "45.5, -10.25" });
    expect(await view()).toMatchObject({
      capturedAt: "2000-01-01T04:59:00.000Z",
      capturedOffsetMin: -300,
      capturedFrom: "user",
      gps: { lat: 45.5, lon: -10.25, alt: null },
    });
    await post("details", { ...shown, capturedAt: "", gps: "" });
    expect(await view()).toMatchObject({
      capturedAt: "2020-01-24T22:11:53.000Z",
      capturedFrom: "exif",
      gps: null,
    });
  });

  test("what is no date and no place is refused with both reasons, and nothing is saved", async () => {
    const answer = await save({ title: "x", capturedAt: "yesterday", gps: "north" });
    expect(answer.status).toBe(422);
    const text = await answer.text();
    expect(text).toContain("The date is written as");
    expect(text).toContain("The place is written as");
    // Without scripts the form is where one comes back to.
    const body = new URLSearchParams({ ...shown, gps: "north" }).toString();
    const plain = await owner("POST", `/files/${file.id}/details`, body);
    expect(plain.headers.get("location")).toBe(`/files/${file.id}/details`);
    expect(await view()).toMatchObject({ title: null });
  });

  test("what a sidecar says may be said to be none, and taken back", async () => {
    changeFacts(at.app.db, file, "xmp", { title: "Of the sidecar", tags: ["x"] }, 1);
    await save({ title: " ", tags: "" });
    expect(await view()).toMatchObject({ title: null, tags: [] });
    await post("details/title/back");
    await post("details/tags/back");
    expect(await view()).toMatchObject({ title: "Of the sidecar", tags: ["x"], saidBy: { title: "xmp" } });
  });

  test("leaves alone what came in while it was open", async () => {
    changeFacts(at.app.db, file, "xmp", { title: "Of the sidecar" }, 1);
    await save({ "was.title": "", description: "Mine" } as Partial<typeof shown>);
    expect(await view()).toMatchObject({ title: "Of the sidecar", description: "Mine" });
  });

  test("is for owners; members read", async () => {
    await save({ title: "For all" });
    const member = await memberBrowser(at.app, at.site);
    const page = await seen(member);
    expect(page).toContain("For all");
    expect(page).not.toContain("Edit…");
    expect((await post("details", { ...shown, title: "Mine" }, member)).status).toBe(403);
    expect((await patch({ title: "Mine" }, member)).status).toBe(403);
  });
});

describe("the API", () => {
  test("changes, and null takes back", async () => {
    changeFacts(at.app.db, file, "nfo", { title: "Of the NFO" }, 1);
    const body = await (
      await patch({ title: "Mine", tags: ["a", "A", "b"], capturedAt: "2001-02-03T04:05:06+02:00" })
    ).json();
    expect(body).toMatchObject({ title: "Mine", tags: ["a", "b"], capturedAt: "2001-02-03T02:05:06.000Z" });
    expect(await (await patch({ title: null })).json()).toMatchObject({ title: "Of the NFO" });
  });

  const wrong: [string, object][] = [
    ["too many stars", { rating: 6 }],
    ["a third of a star", { rating: 1.3 }],
    ["a place off the earth", { gps: { lat: 91, lon: 0 } }],
    ["a date that is none", { capturedAt: "2020-13-45" }],
    ["a field that is none", { titel: "x" }],
  ];
  test("refuses what cannot be", async () => {
    for (const [name, body] of wrong) expect([name, (await patch(body)).status]).toEqual([name, 422]);
  });

  test("an identification counts more than sidecars and less than people; the next one replaces it", async () => {
    changeFacts(at.app.db, file, "xmp", { title: "sidecar", description: "sidecar" }, 1);
    const identify = (body: object) =>
      owner("POST", `/api/files/${file.id}/identify`, { source: "tmdb", ...body });
    await identify({ title: "identified", people: ["Ada"] });
    await patch({ people: ["Bo"] });
    expect(await view()).toMatchObject({ title: "identified", description: "sidecar", people: ["Bo"] });
    await identify({ description: "identified" });
    expect(await view()).toMatchObject({ title: "sidecar", description: "identified", people: ["Bo"] });
  });
});

describe("what stands beside it", () => {
  const path = () => join(library.path, "a.nfo");
  beforeEach(() => writeFileSync(join(library.path, "a.jpg"), "a picture"));

  test("is shown field by field before it is taken over, and can be taken back", async () => {
    writeFileSync(path(), "<movie><title>Of the NFO</title><plot>Words</plot></movie>");
    await patch({ title: "Mine" });
    const asked = await (await owner("GET", `/files/${file.id}/sidecars`)).text();
    expect(asked).toContain("Apply 1 change");
    expect(asked).toMatch(/Title[\s\S]*Mine[\s\S]*Of the NFO[\s\S]*as it is/);
    const { data } = await (await owner("GET", `/api/files/${file.id}/sidecars`)).json();
    expect(data).toContainEqual({ field: "description", saidBy: "nfo", says: "Words", willBe: "Words" });
    const answer = await post("sidecars");
    expect(await view()).toMatchObject({ title: "Mine", description: "Words" });
    await owner("POST", undoOf(await answer.text()), "", htmx);
    expect(await view()).toMatchObject({ title: "Mine", description: null });
  });

  test("and cannot be read, is said", async () => {
    writeFileSync(path(), "<movie><title>");
    const asked = await (await owner("GET", `/files/${file.id}/sidecars`)).text();
    expect(asked).toContain("a.nfo cannot be read: it ends in the middle");
  });

  test("is nothing, is said", async () =>
    expect(await (await owner("GET", `/files/${file.id}/sidecars`)).text()).toContain(
      "Nothing stands beside a.jpg",
    ));
});

describe("a search", () => {
  beforeEach(async () => {
    const other = await addFile(at, library, "b.jpg", { type: "image", mimeType: "image/jpeg" });
    changeFacts(at.app.db, other, "xmp", { title: "Winter", tags: ["snow"], rating: 2 }, 1);
    await patch({ title: "Summer at the lake", tags: ["Holiday", "lake"], rating: 4.5 });
    changeFacts(at.app.db, await getFile(at.app.db, file.id), "xmp", { title: "Winter too", rating: 1 }, 1);
  });
  const cases: [string, string[]][] = [
    ["tag:holiday", ["a.jpg"]],
    ["tag:holi", []],
    ["tag:snow,lake", ["a.jpg", "b.jpg"]],
    ["-tag:snow", ["a.jpg"]],
    ['title:"the lake"', ["a.jpg"]],
    ["title:winter", ["b.jpg"]],
    ["rating:>3", ["a.jpg"]],
    ["rating:<3", ["b.jpg"]],
    ["has:tags has:rating", ["a.jpg", "b.jpg"]],
  ];
  test("finds by tags as they are, by the title and the rating that count", async () => {
    for (const [q, names] of cases) expect([q, (await found(q)).sort()]).toEqual([q, names]);
  });

  test("suggests the tags that there are", async () => {
    const answer = await owner("GET", "/api/search/suggest?for=files&q=tag%3A");
    expect(await answer.text()).toContain("Holiday");
  });
});
