// What the server makes way for, over HTTP: players of members, holds for owners, media servers tried; and no token anywhere.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { file, folder, library } from "../../../src/db/tables/library.ts";
import { createApp } from "../../../src/http/app.ts";
import type { Env } from "../../../src/http/context.ts";
import { createLogger } from "../../../src/runtime/log.ts";
import { secretMask } from "../../../src/settings/secrets.ts";
import {
  type Browser,
  browser,
  memberBrowser,
  ownerBrowser,
  type TestApp,
  testApp,
} from "../../support/app.ts";
import { film, type RecordedServer, recordedServer, token } from "../../yielding/recorded-server.ts";

let app: TestApp;
let site: Hono<Env>;
let owner: Browser;
let server: RecordedServer;
let logged: string[];

beforeEach(async () => {
  logged = [];
  app = await testApp({ log: createLogger("json", "debug", (line) => logged.push(line)) });
  site = createApp(app);
  owner = await ownerBrowser(site);
  server = recordedServer("jellyfin");
});
afterEach(async () => {
  await app.yielding.stop();
  await server.stop();
  await app.close();
});

const json = async (answer: Response | Promise<Response>) => (await answer).json() as any;
const state = () => json(owner("GET", "/api/yielding"));
const play = (who: Browser, playing = true, fileId = "1") =>
  who("POST", "/api/playback", { fileId, playing });

async function addFile(nsfw = false) {
  const createdAt = new Date(app.clock.now());
  const scans = { scanVideos: true, scanImages: true, scanAudio: true };
  const flags = { ...scans, nsfw, public: false, watch: false, readOnly: true };
  const recognise = { objects: false, faces: false, audio: false, transcribe: false };
  await app.db.insert(library).values({ name: "Films", path: "/films", ...flags, recognise, createdAt });
  await app.db.insert(folder).values({ libraryId: 1, path: "", name: "", createdAt });
  await app.db.insert(file).values({
    libraryId: 1,
    folderId: 1,
    path: "heat.mp4",
    name: "heat.mp4",
    type: "video",
    mimeType: "video/mp4",
    sizeBytes: 1,
    mtimeMs: 0,
    inode: "1",
    createdAt,
    updatedAt: createdAt,
  });
}

describe("a member who plays a file", () => {
  test("makes work wait from then on, until 60 s after the end", async () => {
    await addFile();
    const member = await memberBrowser(app, site);
    expect((await play(member)).status).toBe(204);
    expect(await state()).toMatchObject({
      holds: [
        {
          code: "playback",
          text: "Sprocket: Max Member watches “heat.mp4”",
          since: "2026-01-01T00:00:00.000Z",
          until: null,
          mode: "freeze",
        },
      ],
      playing: [{ source: "Sprocket", who: "Max Member", title: "heat.mp4", isAudio: false }],
    });
    expect(app.yielding.isPlaying()).toBe(true);
    await play(member, false);
    expect((await state()).holds[0].until).toBe("2026-01-01T00:01:00.000Z");
  });
  test("announces it once, however often the page repeats it", async () => {
    await addFile();
    let announced = 0;
    app.events.subscribe((e) => {
      if (e.topic === "hold") announced++;
    });
    for (let i = 0; i < 4; i++) await play(owner);
    expect(announced).toBe(1);
  });
  test("a hidden library's names stay hidden", async () => {
    await addFile(true);
    await play(owner);
    expect((await state()).holds[0].text).toBe("Sprocket: Olga Owner watches “a hidden file”");
  });
  test("a file that does not exist is not found, and strangers are not heard", async () => {
    expect((await play(owner, true, "99")).status).toBe(404);
    expect((await play(browser(site, "198.51.100.4", "nas.local:8420"))).status).toBe(401);
  });
  test("learns nothing about what others play", async () => {
    const member = await memberBrowser(app, site);
    expect((await member("GET", "/api/yielding")).status).toBe(403);
  });
});

describe("a media server is tried", () => {
  const trial = (over: object = {}) =>
    json(owner("POST", "/api/admin/playback-servers/test", { ...server.address, ...over }));
  test("and says who it is", async () => {
    server.sessions = [film];
    expect(await trial()).toEqual({
      ok: true,
      detail: "Jellyfin 10.11.3 answers; 1 playing now",
      version: "10.11.3",
    });
  });
  test("or what is wrong", async () => {
    expect(await trial({ token: "wrong" })).toEqual({ ok: false, detail: "The token is not accepted" });
  });
  test("with the stored token, at its own address only", async () => {
    await app.settings.change({ yield: { playback: { servers: [server.address] } } }, null);
    expect((await trial({ token: secretMask })).ok).toBe(true);
    const other = recordedServer("jellyfin");
    const answer = await trial({ token: secretMask, url: other.url });
    expect(answer).toMatchObject({
      status: 422,
      detail: "Token: give its API key or token, without spaces.",
    });
    expect(other.asked).toEqual([]);
    await other.stop();
  });
  test("but not at an address of another kind", async () => {
    expect(await trial({ url: "ftp://nas/" })).toMatchObject({
      status: 422,
      detail: "Address: give an address that begins with http:// or https://.",
    });
  });
});

test("no answer, page, audit row or log line carries a server's token", async () => {
  const value = { playback: { servers: [{ ...server.address, name: "Attic" }] } };
  const said: string[] = [];
  const ask = async (...request: Parameters<Browser>) => said.push(await (await owner(...request)).text());
  await ask("PATCH", "/api/admin/settings", { yield: value });
  await ask("PATCH", "/api/admin/settings", { yield: { ...value, mode: "never" } });
  const form = `mode=drain&diskFreeMb=100&playback.graceS=5&playback.servers.0.type=jellyfin&playback.servers.0.url=${server.url}&playback.servers.0.token=${token}`;
  await ask("POST", "/admin/settings/yield", form, { "hx-request": "true" });
  await ask("POST", "/admin/settings/yield", form.replace("drain", "x"), { "hx-request": "true" });
  const typed = form.replaceAll("playback.servers.0", "servers.0");
  for (const place of ["test", "0", "0/test"])
    await ask("POST", `/admin/settings/media-servers/${place}`, typed, { "hx-request": "true" });
  await ask("GET", "/admin/settings/media-servers/0");
  await ask("POST", "/api/admin/playback-servers/test", server.address);
  await app.yielding.start();
  server.answer = () => new Response(token, { status: 500 });
  await app.clock.advance(60_000);
  for (const path of [
    "/api/admin/settings",
    "/admin/settings",
    "/api/admin/audit",
    "/api/yielding",
    "/api/history",
  ])
    await ask("GET", path);
  expect(app.settings.get("yield").playback.servers[0]!.token).toBe(token);
  expect(server.asked.length).toBeGreaterThan(3);
  expect([...said, ...logged].filter((text) => text.includes(token))).toEqual([]);
  expect(said.filter((text) => text.includes(secretMask)).length).toBeGreaterThan(2);
});
