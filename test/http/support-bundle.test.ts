// The support bundle must help, and must tell nothing that is nobody's business: everything secret is planted, and looked for
// in the bytes.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { library } from "../../src/db/tables/library.ts";
import { createApp } from "../../src/http/app.ts";
import { listAudit } from "../../src/http/audit.ts";
import type { Env } from "../../src/http/context.ts";
import { StandIns } from "../../src/http/support/stand-ins.ts";
import type { NewJob } from "../../src/queue/job-store.ts";
import { createLogger } from "../../src/runtime/log.ts";
import {
  type Browser,
  memberBrowser,
  ownerBrowser,
  ownerInput,
  type TestApp,
  testApp,
} from "../support/app.ts";

const standIns = (known: Partial<ConstructorParameters<typeof StandIns>[0]> = {}) =>
  new StandIns({ people: [], folders: [], withPaths: false, ...known });

describe("stand-ins", () => {
  const films = { path: "/mnt/My Films", standIn: "/library-1" };

  test("take paths out, and give the same file the same name throughout", () => {
    const names = standIns({ folders: [films] });
    const [a, b] = ["2019/Holiday at sea.mp4", "2020/b.mkv"];
    expect(names.inText(`moov atom not found in /mnt/My Films/${a}`, a)).toBe(
      "moov atom not found in /library-1/file-1.mp4",
    );
    expect(names.file(b)).toBe("file-2.mkv");
    expect(names.file(a)).toBe("file-1.mp4");
  });

  test.each([
    ['Error opening "/home/olga/Secret trip/a b.mov"', "Secret trip", "a b"],
    ["could not read /srv/photos/Anna birth/x", "/srv/photos"],
    ["/mnt/My Films/Anna and Ben cannot be read (EIO)", "Anna"],
    ["film Anna's wedding.mp4: invalid data", "wedding"],
    ["failed for anna@example.org", "anna"],
    ["refused 192.168.4.77", "192.168.4.77"],
    ["GET http://jellyfin.home:8096/Sessions?api_key=abcdef123 failed", "jellyfin", "abcdef123", "Sessions"],
    ["https://olga:hunter22@nas.local/x", "hunter22", "olga", "nas.local"],
    ["Authorization: Bearer abcdefgh12345", "abcdefgh12345"],
    ["token=abcdefgh12345", "abcdefgh12345"],
    ["used spr_AbCdEf123456", "AbCdEf123456"],
  ])("%s", (text, ...secret) => {
    const clean = standIns({ folders: [films] }).inText(text);
    for (const word of secret) expect(clean).not.toContain(word);
  });

  test.each([
    "moov atom not found",
    "GET /api/admin/health took 3 ms",
    "and/or 3/4",
    "listens on http://localhost:8420",
    "ffmpeg 7.1.1 has no encoder libx264",
    "2026-11-22T12:00:00.000Z",
  ])("leave alone what is nobody's: %s", (text) => {
    expect(standIns().inText(text)).toBe(text);
  });

  test("keep paths when asked to, and still no secret and no person", () => {
    const names = standIns({ people: [{ email: "olga@example.org", name: "Olga Owner" }], withPaths: true });
    expect(names.inText("Olga Owner (olga@example.org) moved /mnt/a/b.mp4 with token=abcdefgh")).toBe(
      "person-1 (person-1) moved /mnt/a/b.mp4 with token=[removed]",
    );
  });

  test("remove what is named like a secret, whatever it holds, and nothing else of a value", () => {
    const value = { token: "x", nested: [{ apiKey: 7, password: "", servers: 3 }], enabled: true };
    expect(standIns().inValue(value)).toEqual({
      token: "[removed]",
      nested: [{ apiKey: "[removed]", password: "", servers: 3 }],
      enabled: true,
    } as never);
  });
});

describe("the bundle", () => {
  let app: TestApp;
  let site: Hono<Env>;
  let owner: Browser;
  let secrets: string[];
  let places: string[];

  beforeEach(async () => {
    app = await testApp({ log: createLogger("json", "info", () => {}) });
    site = createApp(app);
    owner = await ownerBrowser(site);
    ({ secrets, places } = await plant(app, owner));
  });
  afterEach(() => app.close());

  const unpacked = async (answer: Response) => {
    const files = await new Bun.Archive(await answer.bytes()).files();
    return new Map(
      await Promise.all(
        [...files].map(async ([path, one]) => [path.split("/").at(-1)!, await one.text()] as const),
      ),
    );
  };

  test("holds what helps: causes with their messages, counts, settings, the log, the schema", async () => {
    const files = await unpacked(await owner("POST", "/admin/support-bundle", ""));
    const json = (name: string) => JSON.parse(files.get(name)!);
    expect([...files.keys()].sort()).toEqual(
      ["README.txt", "checks.json", "config.json", "database.json", "events.json", "failures.json"].concat([
        "libraries.json",
        "log.jsonl",
        "queues.json",
        "settings.json",
        "version.json",
      ]),
    );
    expect(json("failures.json").mostFrequent[0]).toMatchObject({ code: "input.truncated", count: 1 });
    expect(json("failures.json").newest[0].message).toMatch(
      /^moov atom not found in \/library-1\/file-\d+\.mp4$/,
    );
    expect(json("libraries.json").each).toHaveLength(1);
    expect(json("queues.json").lanes[0].lane.queue).toBe("hash");
    expect(json("database.json")).toMatchObject({ schema: expect.any(Number), rowsUpTo: { user: 1 } });
    expect(files.get("log.jsonl")).toContain("could not be looked into");
    expect(json("checks.json").map((check: { name: string }) => check.name)).toContain("worker");
  });

  test.each([false, true])("holds no secret anywhere (with paths: %p)", async (withPaths) => {
    const files = await unpacked(await owner("POST", "/admin/support-bundle", withPaths ? "paths=on" : ""));
    const all = [...files].map(([name, text]) => `${name}\n${text}`).join("\n");
    for (const secret of secrets) expect([secret, all.includes(secret)]).toEqual([secret, false]);
    for (const place of places) expect([place, all.includes(place)]).toEqual([place, withPaths]);
  });

  test("is for owners, and written down", async () => {
    const member = await memberBrowser(app, site);
    expect((await member("POST", "/admin/support-bundle", "")).status).toBe(403);
    await owner("POST", "/admin/support-bundle", "");
    const { entries } = await listAudit(app, 1, 1);
    expect(entries).toMatchObject([{ action: "support-bundle.make", actor: ownerInput.email }]);
  });

  test("its page says what will be in it before it is made, and that nothing is sent", async () => {
    const page = await (await owner("GET", "/admin/support-bundle")).text();
    for (const words of [
      "failures.json",
      "log.jsonl",
      "Nothing leaves this machine by itself",
      "Make and download",
    ])
      expect(page).toContain(words);
  });
});

/** Everything that must not be told, in every place where it may lie. */
async function plant(app: TestApp, owner: Browser) {
  const { token } = (await (
    await owner("POST", "/api/tokens", { name: "Grafana", scopes: ["read"] })
  ).json()) as {
    token: string;
  };
  const { secret: invitation } = await app.accounts.createInvitation({
    note: "Great-aunt Ottilie",
    createdBy: null,
  });
  const server = { name: "Den", type: "jellyfin", url: "http://jellyfin.den:8096", token: "jf-token-4711" };
  const changed = await owner("PATCH", "/api/admin/settings", { yield: { playback: { servers: [server] } } });
  if (changed.status !== 200) throw new Error(await changed.text());
  const root = "/mnt/Family films";
  const path = "2019 Norway/Anna's first steps.mp4";
  const now = new Date(app.clock.now());
  await app.db.insert(library).values({
    name: "Family",
    path: root,
    scanVideos: true,
    scanImages: true,
    scanAudio: true,
    nsfw: false,
    public: false,
    watch: false,
    readOnly: true,
    recognise: { objects: false, faces: false, audio: false, transcribe: false },
    createdAt: now,
  });
  await failedJob(app, path, `moov atom not found in ${root}/${path}`);
  app.log.error("A file could not be looked into", { path: `${root}/${path}`, email: ownerInput.email });
  app.log.warn(`Signed in from 203.0.113.99 with password=hunter22secret and ${token}`);
  const event = {
    event: "held",
    actor: ownerInput.name,
    detail: `Anna watches “Norway film.mp4” on ${server.url}`,
  };
  await app.history.record(event as Parameters<TestApp["history"]["record"]>[0]);
  const cookies = [...owner.cookies.values()].map((value) => decodeURIComponent(value).split(".")[0]!);
  return {
    secrets: [
      token,
      invitation,
      ...cookies.filter((value) => value.length > 8),
      ...["jf-token-4711", "jellyfin.den", "hunter22secret", "203.0.113.99", "Ottilie", "Grafana"],
      ...[ownerInput.email, ownerInput.name, ownerInput.password],
    ],
    places: ["Family films", "first steps"],
  };
}

/** A hash that has failed, as the worker would leave it. */
async function failedJob(app: TestApp, label: string, message: string): Promise<void> {
  const now = app.clock.now();
  const job: NewJob = {
    queue: "hash",
    kind: "file-hash",
    category: "cpu",
    vramMb: 0,
    group: 1,
    params: { fileId: 1 },
    subject: { type: "file", id: 1, label },
    priority: 5,
    backfill: false,
    dedupKey: null,
    runAt: null,
    maxRetries: 0,
    origin: null,
  };
  await app.store.insert([job], now);
  const lanes = (await app.store.lanes()).map((lane) => lane.id);
  const run = await app.store.claim({ lanes, worker: "w", now, leaseMs: 1000 });
  const failure = { code: "input.truncated", message, hint: null };
  await app.store.settle(run!, { outcome: "failed", failure }, now);
}
