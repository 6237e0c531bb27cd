// A film's preview and seek-bar pictures as players fetch them.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileRow } from "../../../src/db/tables/library.ts";
import { writeDerivative, writeDerivativeFolder } from "../../../src/library/derivatives.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addDerivative, addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let film: FileRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  film = await addFile(at, await addLibrary(at), "film.mp4", { type: "video", mimeType: "video/mp4" });
});
afterEach(() => at.close());

const cue = "WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nsheet-001.jpg#xywh=0,0,320,180\n";
const makeSprite = (sheet: string) =>
  writeDerivativeFolder(
    at.app,
    film.id,
    "sprite",
    "web",
    { entry: "sprite.vtt", mimeType: "text/vtt" },
    async (folder) => {
      writeFileSync(join(folder, "sprite.vtt"), cue);
      writeFileSync(join(folder, "sheet-001.jpg"), sheet);
    },
  );
const get = async (path: string, by = owner) => {
  const answer = await by("GET", `/api/files/${film.id}/${path}`);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

test("the list names its sheets relatively, each with a version that browsers may keep", async () => {
  expect((await get("sprite.vtt")).status).toBe(404);
  const first = await makeSprite("first");
  const vtt = await get("sprite.vtt");
  expect(vtt.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
  const named = /^sprite\/sheet-001\.jpg\?v=\w+(?=#xywh=0,0,320,180$)/m.exec(vtt.text)![0];
  const sheet = await get(named);
  expect(sheet).toMatchObject({ status: 200, text: "first" });
  expect(sheet.headers.get("content-type")).toBe("image/jpeg");
  expect(sheet.headers.get("cache-control")).toContain("immutable");
  const view = (await (await owner("GET", `/api/files/${film.id}`)).json()) as {
    derivatives: { url: string }[];
  };
  const version = first.createdAt.getTime();
  expect(view.derivatives.map(({ url }) => url)).toEqual([`/api/files/${film.id}/sprite.vtt?v=${version}`]);
  at.app.clock.advance(1000);
  await makeSprite("second");
  // Under the former version it is not to be kept.
  const late = await get(named);
  expect(late.text).toBe("second");
  expect(late.headers.get("cache-control")).not.toContain("immutable");
});

test("members see it, and nothing else in the folder is sent", async () => {
  await makeSprite("x");
  const member = await memberBrowser(at.app, at.site);
  expect((await get("sprite.vtt", member)).status).toBe(200);
  expect((await get("sprite/sheet-001.jpg", member)).status).toBe(200);
  for (const name of ["sprite.vtt", "sheet-002.jpg", "..%2Fx", "sheet-001.jpg%00"])
    expect([404, 422]).toContain((await get(`sprite/${name}`)).status);
});

test("a video's preview is the short film, and never stands in for its picture", async () => {
  expect((await get("preview")).status).toBe(404);
  const form = { extension: "mp4", mimeType: "video/mp4" };
  await writeDerivative(at.app, film.id, "preview", "mp4-640", form, async (path) => {
    writeFileSync(path, "film");
    return { width: 640, height: 360 };
  });
  const preview = await get("preview");
  expect(preview).toMatchObject({ status: 200, text: "film" });
  expect(preview.headers.get("content-type")).toBe("video/mp4");
  expect((await get("thumbnail?w=640")).status).toBe(404);
  await addDerivative(at, film, "poster", "webp-480", "poster", { width: 480, height: 270 });
  expect((await get("thumbnail?w=640")).text).toBe("poster");
});
