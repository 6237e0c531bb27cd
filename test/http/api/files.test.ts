import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { writeDerivative } from "../../../src/library/derivatives.ts";
import { findFileAt, markInvalid } from "../../../src/library/files.ts";
import { createLibrary } from "../../../src/library/libraries.ts";
import { scanLibrary } from "../../../src/library/scan.ts";
import type { Settlement } from "../../../src/queue/job-store.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, memberBrowser, ownerBrowser, type TestApp, testApp } from "../../support/app.ts";

let app: TestApp;
let owner: Browser;
let media: string;
beforeEach(async () => {
  app = await testApp();
  owner = await ownerBrowser(apiSite(app));
  media = mkdtempSync(join(tmpdir(), "sprocket-files-"));
});
afterEach(async () => {
  await app.close();
  rmSync(media, { recursive: true, force: true });
});

let scans = 0;
const put = (path: string, content = path) => {
  mkdirSync(dirname(join(media, path)), { recursive: true });
  writeFileSync(join(media, path), content);
};
const library = async (more: object = {}) => {
  const { id } = await createLibrary(app, { path: media, ...more });
  for (const type of ["video", "image", "audio"] as const) {
    const hooks = { signal: new AbortController().signal, progress() {}, log() {}, found: async () => {} };
    await scanLibrary(app, { libraryId: id, type, scanId: ++scans }, hooks);
  }
  return id;
};
const idAt = async (libraryId: number, path: string) => (await findFileAt(app.db, libraryId, path))!.id;
interface List {
  data: { path: string; id: string }[];
  pagination: object;
  hiddenNsfw: number;
}
const list = async (query: string, who = owner) =>
  (await (await who("GET", `/api/files?${query}`)).json()) as List;

describe("the list", () => {
  test("has pages, filters and an order", async () => {
    for (const path of ["a.jpg", "b.jpg", "sub/c.jpg", "d.mp4"]) put(path);
    const id = await library();
    const page = await list("sort=name&page=2&limit=3");
    expect(page.data.map((row) => row.path)).toEqual(["d.mp4"]);
    expect(page.pagination).toEqual({ page: 2, limit: 3, total: 4, totalPages: 2 });
    expect((await list("type=video")).data.map((row) => row.path)).toEqual(["d.mp4"]);
    expect((await list(`library=${id}&folder=sub`)).data.map((row) => row.path)).toEqual(["sub/c.jpg"]);
    expect((await list("q=B.")).data.map((row) => row.path)).toEqual(["b.jpg"]);
  });

  test.each(["limit=201", "page=0", "type=text", "sort=colour", "folder=x"])(
    "refuses %s with 422",
    async (query) => {
      expect((await owner("GET", `/api/files?${query}`)).status).toBe(422);
    },
  );

  test("hides the files of NSFW libraries from everybody while NSFW is off, and counts them", async () => {
    put("a.jpg");
    put("b.jpg");
    await library({ nsfw: true });
    expect(await list("")).toMatchObject({ data: [], pagination: { total: 0 }, hiddenNsfw: 2 });
    expect(await list("nsfw=true")).toMatchObject({ data: [], hiddenNsfw: 2 });
    await app.settings.change({ nsfwVisible: true }, null);
    expect(await list("")).toMatchObject({ pagination: { total: 2 }, hiddenNsfw: 0 });
  });
});

test("a file is 404 when there is none, and when its id is no id", async () => {
  for (const id of ["99", "x", "-1"]) expect((await owner("GET", `/api/files/${id}`)).status).toBe(404);
});

describe("the original", () => {
  const name = `naïve – quote'" $(x) ; 名前.png`;

  test("comes as a member asks for it, under its real name", async () => {
    put(name, "0123456789");
    const id = await idAt(await library(), name);
    const member = await memberBrowser(app, apiSite(app));
    const answer = await member("GET", `/api/files/${id}/original`);
    expect(await answer.text()).toBe("0123456789");
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-disposition")).toBe(
      `inline; filename="na_ve _ quote'_ $(x) ; __.png"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
    );
    const saved = await member("GET", `/api/files/${id}/original?download`);
    expect(saved.headers.get("content-disposition")).toStartWith("attachment");
  });

  test.each([
    ["bytes=2-4", 206, "234", "bytes 2-4/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=0-99", 206, "0123456789", "bytes 0-9/10"],
    ["bytes=4-2", 200, "0123456789", null],
    ["bytes=0-1,3-4", 200, "0123456789", null],
    ["items=0-1", 200, "0123456789", null],
    ["bytes=10-", 416, "", "bytes */10"],
    ["bytes=-0", 416, "", "bytes */10"],
  ])("answers %s with %i", async (range, status, body, contentRange) => {
    put("a.mp4", "0123456789");
    const id = await idAt(await library(), "a.mp4");
    const answer = await owner("GET", `/api/files/${id}/original`, undefined, { range });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe(body);
    expect(answer.headers.get("content-range")).toBe(contentRange);
  });

  test("is not sent again to those who have it, and a range of a changed file is the whole", async () => {
    put("a.mp4", "0123456789");
    const id = await idAt(await library(), "a.mp4");
    const get = (headers: Record<string, string>) =>
      owner("GET", `/api/files/${id}/original`, undefined, headers);
    const etag = (await get({})).headers.get("etag")!;
    expect((await get({ "if-none-match": etag })).status).toBe(304);
    expect((await get({ "if-none-match": '"other"' })).status).toBe(200);
    expect((await get({ range: "bytes=0-1", "if-range": etag })).status).toBe(206);
    expect((await get({ range: "bytes=0-1", "if-range": '"other"' })).status).toBe(200);
  });

  test("over a real connection HEAD tells the length and ranges work", async () => {
    put("a.mp4", "0123456789");
    const id = await idAt(await library(), "a.mp4");
    const site = apiSite(app);
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request, server) => site.fetch(request, server),
    });
    try {
      const cookie = [...owner.cookies].map(([key, value]) => `${key}=${value}`).join("; ");
      const url = `http://127.0.0.1:${server.port}/api/files/${id}/original`;
      const head = await fetch(url, { method: "HEAD", headers: { cookie } });
      expect([head.status, head.headers.get("content-length"), head.headers.get("accept-ranges")]).toEqual([
        200,
        "10",
        "bytes",
      ]);
      const part = await fetch(url, { headers: { cookie, range: "bytes=3-5" } });
      expect([part.status, part.headers.get("content-length"), await part.text()]).toEqual([206, "3", "345"]);
    } finally {
      await server.stop(true);
    }
  });

  test("that is gone from disk is 404 and says why", async () => {
    put("a.mp4");
    const id = await idAt(await library(), "a.mp4");
    rmSync(join(media, "a.mp4"));
    const answer = await owner("GET", `/api/files/${id}/original`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "input.missing" });
  });
});

describe("the thumbnail", () => {
  test("is the smallest that is wide enough, else the largest", async () => {
    put("a.jpg");
    const id = await idAt(await library(), "a.jpg");
    const form = { extension: "webp", mimeType: "image/webp" };
    for (const [kind, width] of [
      ["thumbnail", 240],
      ["thumbnail", 640],
      ["preview", 1440],
    ] as const)
      await writeDerivative(app, id, kind, `webp-${width}`, form, async (to) => {
        writeFileSync(to, String(width));
        return { width, height: 100 };
      });
    const at = async (w: number) => await (await owner("GET", `/api/files/${id}/thumbnail?w=${w}`)).text();
    expect([await at(100), await at(240), await at(241), await at(641), await at(4000)]).toEqual([
      "240",
      "240",
      "640",
      "1440",
      "1440",
    ]);
    const { derivatives } = (await (await owner("GET", `/api/files/${id}`)).json()) as {
      derivatives: { kind: string; url: string }[];
    };
    const preview = await owner("GET", derivatives.find((one) => one.kind === "preview")!.url);
    expect(await preview.text()).toBe("1440");
    expect(preview.headers.get("cache-control")).toContain("immutable");
  });

  test("is 404 while there is none", async () => {
    put("a.jpg");
    const id = await idAt(await library(), "a.jpg");
    for (const what of ["thumbnail", "preview", "waveform.json"])
      expect((await owner("GET", `/api/files/${id}/${what}`)).status).toBe(404);
  });
});

describe("jobs about a file", () => {
  test("start with 202, once while open, and stand in its history newest first", async () => {
    put("a.jpg");
    const id = await idAt(await library(), "a.jpg");
    const first = await owner("POST", `/api/files/${id}/jobs`, { type: "file-hash" });
    expect(first.status).toBe(202);
    const again = (await (
      await owner("POST", `/api/files/${id}/jobs`, { type: "file-hash" })
    ).json()) as object;
    expect(again).toMatchObject({ deduplicated: true });
    await owner("POST", `/api/files/${id}/jobs`, { type: "validate", priority: 1 });
    const history = (await (await owner("GET", `/api/files/${id}/history`)).json()) as { data: object[] };
    expect(history.data).toMatchObject([
      { kind: "file-metadata", priority: 1, attempts: [] },
      { kind: "file-hash", target: { id: String(id) } },
    ]);
  });

  test.each([
    ["an unknown type", { type: "nonsense" }],
    ["a kind that is about no file", { type: "public_scan" }],
    ["a scan", { type: "scan", params: { libraryId: 1 } }],
    ["a priority out of range", { type: "file-hash", priority: 11 }],
  ])("%s is 422", async (_, body) => {
    put("a.jpg");
    const id = await idAt(await library(), "a.jpg");
    expect((await owner("POST", `/api/files/${id}/jobs`, body)).status).toBe(422);
  });
});

test("trash sets a file aside and restore brings it back; its media file is not touched", async () => {
  put("a.jpg");
  const id = await idAt(await library(), "a.jpg");
  expect(await (await owner("DELETE", `/api/files/${id}`)).json()).toMatchObject({
    id: String(id),
    trashedAt: expect.any(String),
  });
  expect((await list("")).data).toEqual([]);
  expect((await list("trashed=true")).data.map((row) => row.path)).toEqual(["a.jpg"]);
  expect(await Bun.file(join(media, "a.jpg")).text()).toBe("a.jpg");
  expect((await owner("POST", `/api/files/${id}/restore`)).status).toBe(200);
  expect((await list("")).data.length).toBe(1);
});

describe("a transform", () => {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==";
  const picture = async () => {
    writeFileSync(join(media, "a.png"), Buffer.from(png, "base64"));
    return await idAt(await library(), "a.png");
  };

  test("is 422 out of bounds and for what is no picture", async () => {
    put("b.mp4");
    const libraryId = await library();
    const id = await idAt(libraryId, "b.mp4");
    expect((await owner("GET", `/api/files/${id}/transform?w=10`)).status).toBe(422);
    expect((await owner("GET", `/api/files/${id}/transform?w=5000`)).status).toBe(422);
  });

  test("is made inline when the queue can't be reached, and from then on comes from the cache", async () => {
    const id = await picture();
    const enqueue = app.queue.enqueue;
    app.queue.enqueue = async () => {
      throw Object.assign(new Error("unreachable"), { code: "ECONNREFUSED" });
    };
    const answer = await owner("GET", `/api/files/${id}/transform?w=1&format=png`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/png"]);
    app.queue.enqueue = enqueue;
    expect((await owner("GET", `/api/files/${id}/transform?w=1&format=png`)).status).toBe(200);
    expect((await app.store.list({}, "oldest", 0, 10)).total).toBe(0);
  });

  test("of audio is 422 and points to no picture, since there is none", async () => {
    put("c.mp3");
    const id = await idAt(await library(), "c.mp3");
    const answer = await owner("GET", `/api/files/${id}/transform?w=10`);
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { hint: string }).hint).not.toContain("/thumbnail");
  });

  describe("of a broken picture", () => {
    let id: number;
    beforeEach(async () => {
      put("broken.png", "no picture");
      id = await idAt(await library(), "broken.png");
      // The file's times are the machine's: the server's clock comes after them.
      await app.clock.advance(Math.max(0, Date.now() + 60_000 - app.clock.now()));
    });
    const view = async (w: number) => {
      const answer = await owner("GET", `/api/files/${id}/transform?w=${w}`);
      return [answer.status, ((await answer.json()) as { code: string }).code];
    };
    const jobs = async () => (await app.store.list({ kind: ["image-transform"] }, "newest", 0, 10)).total;
    /** One run of a job about the file. */
    const over = async (kind: string, how: Settlement, now = app.clock.now()) => {
      const { id: job } = await app.queue.enqueue(kind, { fileId: id });
      const lanes = (await app.store.lanes()).filter((lane) => lane.kind === kind).map((lane) => lane.id);
      const claimed = await app.store.claim({ lanes, worker: "w", now, leaseMs: 60_000 });
      expect(claimed?.jobId).toBe(job);
      await app.store.settle(claimed!, how, now);
    };
    const corrupt: Settlement = { outcome: "failed", failure: { code: "input.corrupt", message: "No PNG." } };

    test("is 422 at once after the first failure, in any size, without a job for each look", async () => {
      await over("image-transform", corrupt);
      expect([await view(1), await view(2), await view(3)]).toEqual(Array(3).fill([422, "input.corrupt"]));
      expect(await jobs()).toBe(1);
    });

    test("is 422 at once when it is invalid and its thumbnail came to nothing", async () => {
      await markInvalid(app.db, id, "input.truncated", "It ends early.", app.clock.now());
      await over("image-thumbnail", { outcome: "completed", note: "nothing can be made" });
      expect(await view(1)).toEqual([422, "input.truncated"]);
      expect(await jobs()).toBe(0);
    });

    test("is tried again when the file has changed, and after a failure that was not the file's", async () => {
      const isTried = async () => {
        const before = await jobs();
        const asked = view(1);
        while ((await jobs()) === before) await new Promise((resolve) => setImmediate(resolve));
        await app.clock.advance(31_000);
        expect((await asked)[0]).toBe(503);
        await app.queue.moveAll({ kind: ["image-transform"], status: ["pending"] }, "remove", null);
      };
      await over("image-transform", { outcome: "failed", failure: { code: "tool.crashed", message: "" } });
      await isTried();
      await over("image-transform", corrupt);
      expect(await view(1)).toEqual([422, "input.corrupt"]);
      await over("image-transform", corrupt, Date.now() - 3_600_000);
      await isTried();
    });
  });

  test("that takes too long is 503 and its job goes on", async () => {
    const id = await picture();
    const asked = owner("GET", `/api/files/${id}/transform?w=1`);
    let total = 0;
    while (total === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      total = (await app.store.list({ kind: ["image-transform"] }, "oldest", 0, 1)).total;
    }
    await app.clock.advance(31_000);
    const answer = await asked;
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect((await app.store.list({ status: ["waiting"] }, "oldest", 0, 1)).jobs[0]).toMatchObject({
      priority: 1,
    });
  });
});
