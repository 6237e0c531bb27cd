// Subtitles and scene pictures over HTTP: who gets them, as what, and how the file lists them.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDerivative, writeDerivativeFolder } from "../../../src/library/derivatives.ts";
import { findFileAt } from "../../../src/library/files.ts";
import { createLibrary } from "../../../src/library/libraries.ts";
import { scanLibrary } from "../../../src/library/scan.ts";
import { replaceScenes, scenePicture } from "../../../src/library/scenes.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

let app: TestApp;
let member: Browser;
let media: string;
let id: number;
beforeEach(async () => {
  app = await testApp();
  const site = apiSite(app);
  await ownerBrowser(site);
  member = await memberBrowser(app, site);
  media = mkdtempSync(join(tmpdir(), "sprocket-scenes-"));
  writeFileSync(join(media, "naïve “film”.mkv"), "bytes");
  const library = await createLibrary(app, { path: media });
  const hooks = { signal: new AbortController().signal, progress() {}, log() {}, found: async () => {} };
  await scanLibrary(app, { libraryId: library.id, type: "video", scanId: 1 }, hooks);
  id = (await findFileAt(app.db, library.id, "naïve “film”.mkv"))!.id;
});
afterEach(async () => {
  await app.close();
  rmSync(media, { recursive: true, force: true });
});

const keepSubtitle = (variant: string, text: string, facts: object) => {
  const isAss = variant.endsWith(".ass");
  const form = isAss
    ? { extension: "ass", mimeType: "text/x-ssa" }
    : { extension: "vtt", mimeType: "text/vtt" };
  return writeDerivative(app, id, "subtitles", variant, form, async (to) => {
    await Bun.write(to, text);
    return {
      facts: { track: variant.replace(".ass", ""), cues: 1, format: isAss ? "ass" : "vtt", ...facts },
    };
  });
};
const keepScenes = async (lacking: number[]) => {
  const scene = (number: number) => ({
    number,
    startMs: number * 1000,
    endMs: (number + 1) * 1000,
    score: 0.5,
  });
  replaceScenes(app.db, id, [scene(1), scene(2)]);
  const form = { entry: "scenes.json", mimeType: "application/json" };
  await writeDerivativeFolder(app, id, "scene", "pictures", form, async (folder) => {
    await Bun.write(join(folder, "scenes.json"), "[]");
    await Bun.write(join(folder, scenePicture(1)), "picture one");
    return { facts: { lacking } };
  });
};
interface Listed {
  subtitles: { url: string; track: string }[];
  scenes: { url: string | null }[];
}
const file = async () => (await (await member("GET", `/api/files/${id}`)).json()) as Listed;

describe("subtitles", () => {
  test("are listed by their streams, those that say nothing are not", async () => {
    await keepSubtitle("10-ger", "WEBVTT", { language: "ger", isForced: true });
    await keepSubtitle("2-eng", "WEBVTT", { language: "eng", title: "English", isDefault: true });
    await keepSubtitle("3-und", "WEBVTT", { cues: 0 });
    await keepSubtitle("side-fre", "WEBVTT", { language: "fre", source: "sidecar" });
    expect((await file()).subtitles).toMatchObject([
      {
        track: "2-eng",
        language: "eng",
        title: "English",
        format: "vtt",
        isDefault: true,
        source: "embedded",
      },
      { track: "10-ger", isForced: true, isDefault: false },
      { track: "side-fre", source: "sidecar" },
    ]);
  });

  test("come as WebVTT that a player takes, and to keep under the film's name", async () => {
    await keepSubtitle("2-eng", "WEBVTT\n\nhello", { language: "eng" });
    const { subtitles } = await file();
    const shown = await member("GET", subtitles[0]!.url);
    expect(await shown.text()).toBe("WEBVTT\n\nhello");
    expect(shown.headers.get("content-type")).toBe("text/vtt");
    expect(shown.headers.get("content-disposition")).toStartWith("inline");
    expect(shown.headers.get("cache-control")).toContain("immutable");
    const kept = (await member("GET", `${subtitles[0]!.url}&download`)).headers.get("content-disposition")!;
    expect(kept).toStartWith("attachment");
    expect(kept).toEndWith(encodeURIComponent("naïve “film”.eng.vtt"));
  });

  test("in ASS come as the script that they are", async () => {
    await keepSubtitle("2-eng.ass", "[Script Info]", {});
    const { subtitles } = await file();
    expect(subtitles).toMatchObject([{ track: "2-eng", format: "ass" }]);
    expect(await (await member("GET", subtitles[0]!.url)).text()).toBe("[Script Info]");
  });

  test.each(["2-eng.vtt", "2-eng", "..%2f..%2fx.vtt", "2-eng.ass.vtt"])("%s is not there", async (track) => {
    expect((await member("GET", `/api/files/${id}/subtitles/${track}`)).status).toBe(404);
  });
});

describe("scenes", () => {
  test("are listed with their pictures, as far as there are any", async () => {
    await keepScenes([2]);
    const { scenes } = await file();
    expect(scenes).toMatchObject([
      { number: 1, startMs: 1000, endMs: 2000, score: 0.5 },
      { number: 2, url: null },
    ]);
    const picture = await member("GET", scenes[0]!.url!);
    expect([picture.headers.get("content-type"), await picture.text()]).toEqual([
      "image/webp",
      "picture one",
    ]);
    expect((await member("GET", `/api/files/${id}/scenes/2`)).status).toBe(404);
  });

  test("are not there of a film that nobody has looked through", async () => {
    expect((await file()).scenes).toEqual([]);
    expect((await member("GET", `/api/files/${id}/scenes/1`)).status).toBe(404);
    expect((await member("GET", `/api/files/${id}/scenes/x`)).status).toBe(404);
  });
});
