// A film's stream over HTTP: its playlists lead to what they name, and to nothing else.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withVersion } from "../../../src/http/api/file-hls.ts";
import { writeDerivativeFolder } from "../../../src/library/derivatives.ts";
import { findFileAt } from "../../../src/library/files.ts";
import { createLibrary } from "../../../src/library/libraries.ts";
import { scanLibrary } from "../../../src/library/scan.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

let app: TestApp;
let owner: Browser;
let media: string;
let id: number;
beforeEach(async () => {
  app = await testApp();
  owner = await ownerBrowser(apiSite(app));
  media = mkdtempSync(join(tmpdir(), "sprocket-hls-"));
  writeFileSync(join(media, "film.mp4"), "film");
  const library = await createLibrary(app, { path: media });
  const hooks = { signal: new AbortController().signal, progress() {}, log() {}, found: async () => {} };
  await scanLibrary(app, { libraryId: library.id, type: "video", scanId: 1 }, hooks);
  id = (await findFileAt(app.db, library.id, "film.mp4"))!.id;
});
afterEach(async () => {
  await app.close();
  rmSync(media, { recursive: true, force: true });
});

const form = { entry: "index.m3u8", mimeType: "application/vnd.apple.mpegurl" };
const master =
  '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a0/index.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv240/index.m3u8\n';
const list = '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:6.0,\n00000.m4s\n#EXT-X-ENDLIST\n';
const makeStream = (segment = "0123456789") =>
  writeDerivativeFolder(app, id, "hls", "web", form, async (folder) => {
    writeFileSync(join(folder, "index.m3u8"), master);
    for (const name of ["v240", "a0"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "index.m3u8"), list);
      writeFileSync(join(folder, name, "init.mp4"), "init");
      writeFileSync(join(folder, name, "00000.m4s"), segment);
    }
  });
const get = (path: string, headers: Record<string, string> = {}, who = owner) =>
  who("GET", `/api/files/${id}/hls/${path}`, undefined, headers);
/** The first address in a playlist that is no comment. */
const first = (text: string) => text.split("\n").find((line) => line && !line.startsWith("#"))!;

test("a player gets from the master playlist to a segment, which it may keep for ever", async () => {
  await makeStream();
  const playlist = await get("index.m3u8");
  expect(playlist.headers.get("content-type")).toBe("application/vnd.apple.mpegurl");
  expect(playlist.headers.get("cache-control")).toBe("private, no-cache");
  const text = await playlist.text();
  expect(text).toMatch(/URI="a0\/index\.m3u8\?v=[\w-]+"/);
  const rendition = await (await get(first(text))).text();
  const segment = await get(`v240/${first(rendition)}`);
  expect(segment.headers.get("content-type")).toBe("video/mp4");
  expect(segment.headers.get("cache-control")).toContain("immutable");
  expect(await segment.text()).toBe("0123456789");
  expect((await get("a0/init.mp4")).headers.get("content-type")).toBe("audio/mp4");
});

test("a segment without its version is asked for anew each time; ranges of it are answered", async () => {
  await makeStream();
  const part = await get("v240/00000.m4s", { range: "bytes=2-4" });
  expect(part.status).toBe(206);
  expect(await part.text()).toBe("234");
  expect(part.headers.get("cache-control")).toBe("private, no-cache");
});

test("of a stream that was made anew, no segment is mixed with those of before", async () => {
  await makeStream();
  const before = first(await (await get("v240/index.m3u8")).text());
  app.clock.advance(1000);
  await makeStream("another");
  expect((await get(`v240/${before}`)).status).toBe(404);
  const now = first(await (await get("v240/index.m3u8")).text());
  expect(await (await get(`v240/${now}`)).text()).toBe("another");
});

test("a playlist that has not changed is not sent again", async () => {
  await makeStream();
  const etag = (await get("index.m3u8")).headers.get("etag")!;
  expect((await get("index.m3u8", { "if-none-match": etag })).status).toBe(304);
});

test("nothing else can be had by it", async () => {
  await makeStream();
  writeFileSync(join(media, "secret.m3u8"), "secret");
  for (const path of [
    "..%2findex.m3u8",
    "%2e%2e%2f%2e%2e%2fsprocket.db",
    "v240/..%2f..%2f..%2fsprocket.db",
    "v240/00001.m4s",
    "v240/..",
    "other/index.m3u8",
    "index.m3u8%00.mp4",
  ])
    expect((await get(path)).status).toBe(404);
  expect((await owner("GET", `/api/files/x/hls/v240/init.mp4`)).status).toBeGreaterThanOrEqual(400);
});

test("a film without a stream has none to give", async () => {
  expect((await get("index.m3u8")).status).toBe(404);
});

test("members may watch; the file's own list leads to it", async () => {
  await makeStream();
  const member = await memberBrowser(app, apiSite(app));
  expect((await get("index.m3u8", {}, member)).status).toBe(200);
  const file = (await (await owner("GET", `/api/files/${id}`)).json()) as { derivatives: { url: string }[] };
  expect(file.derivatives[0]!.url).toStartWith(`/api/files/${id}/hls/index.m3u8?v=`);
  expect((await owner("GET", file.derivatives[0]!.url)).status).toBe(200);
});

test("every address in a playlist gets the version, and nothing else changes", () => {
  expect(withVersion(master, "1")).toBe(
    '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a0/index.m3u8?v=1"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv240/index.m3u8?v=1\n',
  );
});
