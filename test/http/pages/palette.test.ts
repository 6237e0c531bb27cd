import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { PaletteItem } from "../../../src/http/pages/palette-items.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

describe("the command palette's source", () => {
  let media: MediaSite;
  let owner: Browser;
  const ask = async (q = "") =>
    (await (await owner("GET", `/admin/palette?q=${encodeURIComponent(q)}`)).json()) as PaletteItem[];
  const labels = async (q = "") => (await ask(q)).map(({ label }) => label);

  beforeEach(async () => {
    media = await mediaSite();
    owner = await ownerBrowser(media.site);
  });
  afterEach(() => media.close());

  test("is the owner's", async () => {
    const member = await memberBrowser(media.app, media.site);
    const answer = await member("GET", "/admin/palette", undefined, { accept: "application/json" });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/");
  });

  test("offers pages, acts, libraries, queues, types, settings and saved views", async () => {
    await addLibrary(media, "Family");
    await owner("POST", "/admin/jobs/views", "name=Broken&q=status%3Afailed");
    const all = await labels();
    for (const label of [
      "Jobs",
      "Pause everything",
      "Backfill hashes",
      "Theme: dark",
      "Scan Family",
      "Broken",
      "Pause hash",
      "Run hash",
      "New job: Video poster",
      "Auto-heal",
    ])
      expect(all).toContain(label);
    expect(new Set((await ask()).map(({ id }) => id)).size).toBe(all.length);
  });

  test("offers what can be done now: a paused queue is resumed", async () => {
    await owner("PATCH", "/api/queues/hash", { isPaused: true });
    const all = await labels();
    expect(all).toContain("Resume hash");
    expect(all).not.toContain("Pause hash");
  });

  test("each place that it offers is there, and each question answers in a dialog", async () => {
    await addLibrary(media, "Family");
    for (const { href, asks, label } of await ask()) {
      if (!href) continue;
      const headers: Record<string, string> = asks ? { "hx-request": "true" } : { accept: "text/html" };
      const { status } = await owner("GET", href.split("#")[0]!, undefined, headers);
      expect({ label, status }).toEqual({ label, status: 200 });
    }
  });

  test("finds jobs by number and files by name, in libraries that are shown", async () => {
    const film = await addFile(media, await addLibrary(media, "Films"), "2019/heat.mp4", { type: "video" });
    await addFile(media, await addLibrary(media, "Secret", { nsfw: true }), "heat.mp4", { type: "video" });
    const { id } = await media.app.queue.enqueue("file-hash", { fileId: film.id });
    for (const number of [`#${id}`, `${id}`, `job ${id}`, `Job #${id}`])
      expect((await labels(number))[0]).toBe(`Job ${id}: File hash`);
    await owner("PATCH", "/api/admin/settings", { nsfwVisible: false });
    const found = await ask("heat");
    expect(found.flatMap(({ about }) => about ?? [])).toEqual(["Films/2019/heat.mp4"]);
  });

  test("offers last to search the jobs for what was typed, in the words of their search", async () => {
    expect((await ask("status:failed moov & co")).at(-1)).toMatchObject({
      label: "Search jobs for “status:failed moov & co”",
      href: "/admin/jobs?q=status%3Afailed%20moov%20%26%20co",
    });
  });
});

const { fit } = (await import("../../../static/js/fuzzy.js")) as unknown as {
  fit(text: string, words: string[]): number;
};

describe("how words fit", () => {
  test("letters strewn over a text fit nothing", () => {
    expect(fit("Clear stuck jobs", ["cab"])).toBe(0);
  });

  test.each([
    ["vtr", "video-transcode", "Audit"],
    ["pause", "Pause everything", "Health: pauses"],
    ["tran", "video-transcode", "Restart workers"],
    ["scan fam", "Scan Family", "Scan Films"],
  ])("%s means %s rather than %s", (words, better, worse) => {
    const rate = (text: string) => fit(text, words.split(" "));
    expect(rate(better)).toBeGreaterThan(0);
    expect(rate(better)).toBeGreaterThan(rate(worse));
  });
});
