import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { file } from "../../../src/db/tables/library.ts";
import { fileTag } from "../../../src/db/tables/media.ts";
import { fileTextIndexer } from "../../../src/library/file-text.ts";
import { Catalogue } from "../../../src/queue/kind.ts";
import { textIndexer } from "../../../src/queue/text-indexer.ts";
import { GiveUp } from "../../../src/runtime/errors.ts";
import { apiSite } from "../../support/api-site.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";
import { testKind } from "../../support/queue.ts";

const queues = ["a", "b"].map((name) => ({ name, section: "", description: name, weight: 1, base: 5 }));
const about = (p: { label?: string; fileId?: number; group?: number }) =>
  p.fileId
    ? { type: "file" as const, id: p.fileId, label: p.label ?? "", group: p.group ?? null }
    : { type: "none" as const, id: null, label: p.label ?? "nothing" };
const kinds = [
  testKind({ name: "quick", alias: "quick_alias", about, makes: ["poster"] }),
  testKind({
    name: "bad",
    about,
    maxRetries: 0,
    act: () => {
      throw new GiveUp("input.truncated", "moov atom not found");
    },
  }),
  testKind({
    name: "long",
    queue: "b",
    about,
    stuckAfterS: 60,
    act: (job) =>
      new Promise<void>((_, reject) => {
        job.signal.addEventListener("abort", () => reject(job.signal.reason));
      }),
  }),
];

let at: MediaSite;
let owner: Browser;
let member: Browser;
beforeEach(async () => {
  at = await mediaSite({ catalogue: new Catalogue(queues, kinds) as never });
  const site = apiSite(at.app);
  owner = await ownerBrowser(site);
  member = await memberBrowser(at.app, site);
});
afterEach(async () => {
  await at.app.worker.stop();
  await at.close();
});

const list = async (path: string, q: string, as = owner) =>
  (await (await as("GET", `${path}?${new URLSearchParams({ q })}`)).json()) as any;
const add = async (type: string, params: object = {}) =>
  (await at.app.queue.enqueue(type, params, { origin: "cli" })).id;
const run = async () => {
  await at.app.worker.start();
  await settled();
};
const found = async (q: string) =>
  ((await list("/api/media/jobs", q)).data as { id: string }[])
    .map((j) => Number(j.id))
    .sort((a, b) => a - b);
const files = async (q: string) =>
  ((await list("/api/files", q)).data as { name: string }[]).map((f) => f.name).sort();

describe("a search of jobs", () => {
  test("names queues, kinds or their aliases, statuses, errors, codes, causes and who asked", async () => {
    const [quick, bad, long] = [await add("quick"), await add("bad"), await add("long")];
    await run();
    expect(await found("queue:b")).toEqual([long]);
    expect(await found("type:quick_alias,long")).toEqual([quick, long]);
    expect(await found("status:failed error:moov")).toEqual([bad]);
    expect(await found("-status:failed")).toEqual([quick, long]);
    expect(await found("status:running,failed -queue:b")).toEqual([bad]);
    expect(await found("code:input moov -is:cleared")).toEqual([bad]);
    const { fingerprint } = (await at.app.store.get(bad))!;
    expect(await found(`cause:${fingerprint}`)).toEqual([bad]);
    expect(await found("by:cli took:<1m age:<1h")).toEqual([quick, bad, long]);
    expect(await found("by:backfill")).toEqual([]);
    expect(await found("created:today priority:5 retries:0")).toHaveLength(3);
  });

  test("finds labels while and after the index follows, and libraries by name", async () => {
    const library = await addLibrary(at, "Family");
    const holiday = await add("quick", { fileId: 7, label: "2019/Holiday.mp4", group: library.id });
    const other = await add("quick", { label: "Holiday plans" });
    for (let turn = 0; turn < 2; turn++) {
      expect(await found("holiday lib:family")).toEqual([holiday]);
      expect(await found('"holiday plans"')).toEqual([other]);
      expect(await found("file:2019/")).toEqual([holiday]);
      await textIndexer(at.app).step(new AbortController().signal);
    }
  });

  test("finds what is stuck", async () => {
    const [long] = [await add("long"), await add("quick")];
    await run();
    expect(await found("is:stuck")).toEqual([]);
    await at.app.clock.advance(300_000);
    expect(await found("is:stuck")).toEqual([long]);
    expect(await found("-is:stuck")).not.toContain(long);
    expect(await found("took:>4m")).toEqual([long]);
  });

  test("that is bad is answered 422 with the place of each fault", async () => {
    const answer = await owner("GET", `/api/media/jobs?${new URLSearchParams({ q: "moov qeue:a took:x" })}`);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: "query.invalid",
      errors: [
        {
          path: ["q"],
          from: 5,
          to: 9,
          suggestion: "queue",
          message: expect.stringContaining("Did you mean queue?"),
        },
        { path: ["q"], from: 17, to: 18, message: expect.stringContaining("30s") },
      ],
    });
  });
});

describe("a search of files", () => {
  const wide = { codecs: { video: "hevc", container: "mkv" }, width: 3840, height: 2160, durationS: 5400 };
  beforeEach(async () => {
    const family = await addLibrary(at, "Family");
    const films = await addLibrary(at, "Films");
    await addFile(at, films, "2019/Über den Wolken.mkv", { type: "video", sizeBytes: 2e9, ...wide });
    await addFile(at, family, "2020/cat.jpg", {
      type: "image",
      sizeBytes: 5e6,
      sha256: "abc1".padEnd(64, "0"),
      camera: { make: "Canon", model: "EOS 5D" },
      capturedAt: new Date(2020, 4, 1),
    });
    await addFile(at, family, "2020/copy.jpg", {
      type: "image",
      sizeBytes: 5e6,
      sha256: "abc1".padEnd(64, "0"),
    });
    await addFile(at, family, "broken.mp4", {
      type: "video",
      state: "invalid",
      reasonCode: "input.truncated",
    });
    await addFile(at, family, "old.mp3", { type: "audio", trashedAt: new Date(5) });
  });

  test("goes by all that is known of them", async () => {
    for (let turn = 0; turn < 2; turn++) {
      expect(await files("über wolken")).toEqual(["Über den Wolken.mkv"]);
      expect(await files("type:video codec:HEVC width:>1920 size:>1gb duration:>1h lib:Films")).toEqual([
        "Über den Wolken.mkv",
      ]);
      expect(await files("ext:jpg,mp4 -state:invalid")).toEqual(["cat.jpg", "copy.jpg"]);
      expect(await files("is:duplicate camera:canon")).toEqual(["cat.jpg"]);
      expect(await files("captured:2020 hash:ABC1")).toEqual(["cat.jpg"]);
      expect(await files("code:input")).toEqual(["broken.mp4"]);
      expect(await files("has:hash path:2020/")).toEqual(["cat.jpg", "copy.jpg"]);
      expect(await files("-has:hash")).toEqual(["broken.mp4", "Über den Wolken.mkv"]);
      expect(await files("is:trashed")).toEqual(["old.mp3"]);
      expect(await files("mp3")).toEqual([]);
      await fileTextIndexer(at.app).step(new AbortController().signal);
    }
  });

  test("follows a file that is moved, and forgets one that is gone", async () => {
    await fileTextIndexer(at.app).step(new AbortController().signal);
    await at.app.db.update(file).set({ path: "2021/kitten.jpg" }).where(eq(file.name, "cat.jpg"));
    expect(await files("kitten")).toEqual(["cat.jpg"]);
    expect(await files("path:2020")).toEqual(["copy.jpg"]);
    await at.app.db.delete(file).where(eq(file.name, "copy.jpg"));
    expect(await files("path:2020")).toEqual([]);
  });

  test("is open to members, and its faults are told alike", async () => {
    expect((await list("/api/files", "cat", member)).data).toHaveLength(1);
    expect(await list("/api/files", "size:big", member)).toMatchObject({
      errors: [{ path: ["q"], from: 5, to: 8 }],
    });
  });
});

describe("suggestions", () => {
  const suggest = async (what: string, q: string, at?: number, as = owner) =>
    (await (
      await as(
        "GET",
        `/api/search/suggest?${new URLSearchParams({ for: what, q, ...(at === undefined ? {} : { at: String(at) }) })}`,
      )
    ).json()) as { text: string; kind: string; from: number; to: number }[];

  test("are fields, then what the field takes, for the word under the cursor", async () => {
    expect(await suggest("jobs", "moov qu")).toContainEqual(
      expect.objectContaining({ text: "queue:", kind: "field", from: 5, to: 7 }),
    );
    expect(await suggest("jobs", "kind:q moov", 6)).toEqual([
      expect.objectContaining({ text: "quick", kind: "value", from: 5, to: 6 }),
    ]);
    expect((await suggest("jobs", "status:failed,can")).map((s) => [s.text, s.from, s.to])).toEqual([
      ["cancelled", 14, 17],
    ]);
    expect((await suggest("files", "duration:")).map((s) => s.text)).toContain(">1h");
  });

  test("name values that exist, in quotes where they need them", async () => {
    const library = await addLibrary(at, "My Films");
    await addFile(at, library, "a.mkv", { codecs: { video: "av1" }, camera: { model: "EOS 5D" } });
    expect((await suggest("files", "lib:my")).map((s) => s.text)).toEqual(['"My Films"']);
    expect((await suggest("files", "codec:a")).map((s) => s.text)).toEqual(["av1"]);
    expect((await suggest("files", "camera:5d")).map((s) => s.text)).toEqual(['"EOS 5D"']);
    expect((await suggest("files", "ext:")).map((s) => s.text)).toEqual(["mkv"]);
    expect((await suggest("jobs", "code:trunc")).map((s) => s.text)).toEqual(["input.truncated"]);
  });

  test("name nothing that only files of hidden libraries say", async () => {
    const hidden = await addLibrary(at, "Private", { nsfw: true });
    const row = await addFile(at, hidden, "a.mkv", { camera: { model: "Secret" } });
    await at.app.db.insert(fileTag).values({ fileId: row.id, tag: "secret", source: "user" });
    const said = async () =>
      (await Promise.all(["tag:", "camera:", "lib:", "ext:"].map((q) => suggest("files", q)))).flat().length;
    expect(await said()).toBe(0);
    await owner("PATCH", "/api/admin/settings", { nsfwVisible: true });
    expect(await said()).toBe(4);
  });

  test("for jobs are not for members", async () => {
    expect(await suggest("files", "ty", undefined, member)).toHaveLength(1);
    expect((await member("GET", "/api/search/suggest?for=jobs")).status).toBe(403);
  });
});

describe("saved views", () => {
  const view = { for: "jobs", name: "Cut off", q: "status:failed code:input.truncated", sort: "newest" };
  const views = async (as = owner) =>
    ((await (await as("GET", "/api/views")).json()) as { data: any[] }).data;

  test("are kept per person, changed and removed by them", async () => {
    const made = await owner("POST", "/api/views", view);
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    expect(await views()).toMatchObject([{ ...view, id, isMine: true, shared: false }]);
    expect((await owner("POST", "/api/views", view)).status).toBe(409);
    expect(await (await owner("PATCH", `/api/views/${id}`, { name: "Truncated" })).json()).toMatchObject({
      name: "Truncated",
      q: view.q,
    });
    expect(await views(member)).toEqual([]);
    expect((await member("DELETE", `/api/views/${id}`)).status).toBe(404);
    expect((await owner("DELETE", `/api/views/${id}`)).status).toBe(204);
    expect(await views()).toEqual([]);
  });

  test("that are shared are seen by others, those of jobs by owners alone", async () => {
    await owner("POST", "/api/views", { ...view, shared: true });
    await owner("POST", "/api/views", { for: "files", name: "Films", q: "type:video", shared: true });
    expect(await views(member)).toMatchObject([{ name: "Films", isMine: false }]);
    expect((await member("POST", "/api/views", view)).status).toBe(403);
    expect((await member("POST", "/api/views", { for: "files", name: "Mine", q: "cat" })).status).toBe(201);
  });

  test("must be searches that run", async () => {
    const answer = await owner("POST", "/api/views", { ...view, q: "nope:1" });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ path: ["q"], from: 0, to: 4 }] });
  });

  test("of late come first where nothing is typed yet", async () => {
    await owner("POST", "/api/views", view);
    const all = (await (await owner("GET", "/api/search/suggest?for=jobs")).json()) as object[];
    expect(all[0]).toEqual({ text: view.q, label: "Cut off", kind: "recent", from: 0, to: 0 });
  });
});
