import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { FileRow, LibraryRow } from "../../../src/db/tables/library.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

const at = "/admin/jobs/new";
const htmx = { "hx-request": "true", "hx-current-url": "http://localhost:8420/admin/jobs" };
const formOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

describe("creating a job", () => {
  let media: MediaSite;
  let owner: Browser;
  let library: LibraryRow;
  let film: FileRow;

  beforeEach(async () => {
    media = await mediaSite();
    owner = await ownerBrowser(media.site);
    library = await addLibrary(media, "Films");
    film = await addFile(media, library, "2019/heat <i>.mp4", { type: "video", width: 1280, height: 720 });
    await addFile(media, library, "2019/cover.jpg");
  });
  afterEach(() => media.close());

  const get = async (path: string) => await (await owner("GET", path)).text();
  const post = (fields: Record<string, string>, headers: Record<string, string> = htmx) =>
    owner(
      "POST",
      at,
      formOf({ type: "video-transcode", as: "form", priority: "5", when: "now", ...fields }),
      headers,
    );
  const jobs = async () => (await media.app.store.list({}, "newest", 0, 9)).jobs;

  test("is the owner's", async () => {
    const member = await memberBrowser(media.app, media.site);
    expect((await member("GET", at, undefined, { accept: "text/html" })).headers.get("location")).toBe("/");
    expect((await member("POST", at, formOf({ type: "video-poster" }))).status).toBe(403);
  });

  test("begins with the types, by section, each with what it is about", async () => {
    const page = await get(at);
    expect(page).toMatch(/Library scans.*Video scan.*about a library/s);
    expect(page).toMatch(/Video transcode.*reencode_streaming.*about a video.*GPU encoding/s);
    const some = await get(`${at}?find=poster`);
    expect(some).toContain("Video poster");
    expect(some).not.toContain("Waveform");
  });

  test("offers only the types that can be about the file one came from, and fills it in", async () => {
    const page = await get(`${at}?file=${film.id}`);
    expect(page).toContain("Video poster");
    expect(page).not.toContain("Image thumbnail");
    expect(page).not.toContain("Video scan");
    const form = await get(`${at}?type=reencode_streaming&file=${film.id}`);
    expect(form).toMatch(new RegExp(`type="radio" name="p.fileId" value="${film.id}" checked=""`));
    expect(form).toContain("heat &lt;i&gt;.mp4");
  });

  test("finds files by a word of their path, of the types the kind takes, and keeps the chosen one", async () => {
    await addFile(media, library, "2020/ronin.mp4", { type: "video" });
    const find = (q: string, more = "") =>
      get(
        `${at}/files?type=video-transcode&as=form&field=p.fileId&find.p.fileId=${encodeURIComponent(q)}${more}`,
      );
    expect(await find("2019")).toContain("heat");
    expect(await find("2019")).not.toContain("cover.jpg");
    expect(await find("name:ronin")).toContain("ronin.mp4");
    const kept = await find("ronin", `&p.fileId=${film.id}`);
    expect(kept.indexOf("heat")).toBeLessThan(kept.indexOf("ronin"));
    expect(await find("nothing of the kind")).toContain("Nothing else is found");
  });

  test("enqueues what the form says, with a way to it and back", async () => {
    const fields = { "p.fileId": String(film.id), "p.crf": "20", "p.preset": "slow", priority: "2" };
    const answer = await (await post(fields)).text();
    const [job] = await jobs();
    expect(job).toMatchObject({
      kind: "video-transcode",
      priority: 2,
      params: { fileId: film.id, crf: 20, preset: "slow" },
    });
    expect(answer).toContain(`Enqueued job ${job!.id}: Video transcode of 2019/heat &lt;i&gt;.mp4.`);
    expect(answer).toContain(`href="/admin/jobs/${job!.id}"`);
    expect(answer).toContain(`formaction="/admin/jobs/${job!.id}/cancel"`);
    expect(await (await owner("GET", "/api/admin/audit")).text()).toContain('"job.create"');
  });

  test("says which job does the same work already, and makes no second one", async () => {
    await post({ "p.fileId": String(film.id) });
    const [open] = await jobs();
    const preview = await get(`${at}/preview?type=video-transcode&as=form&p.fileId=${film.id}`);
    expect(preview).toContain(`/admin/jobs/${open!.id}`);
    expect(preview).toContain("is waiting already");
    const answer = await (await post({ "p.fileId": String(film.id) })).text();
    expect(answer).toContain(`already open as job ${open!.id}`);
    expect(await jobs()).toHaveLength(1);
  });

  test("puts each fault at its field, the focus on the first, and loses nothing that was typed", async () => {
    const answer = await post({ "p.crf": "99", "p.targetBitrate": "800", priority: "9" });
    const form = await answer.text();
    expect(answer.status).toBe(422);
    expect(form).toContain('hx-target="#create-job"');
    expect(form).toMatch(/id="p.fileId-error"[^>]*>Choose a file/);
    expect(form).toMatch(/id="p.crf-error"[^>]*>It must be from 1 to 51/);
    expect(form).toMatch(/name="p.crf"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="p.crf"/);
    expect(form).toMatch(/value="800"[^>]*name="p.targetBitrate"|name="p.targetBitrate"[^>]*value="800"/);
    expect(form).toContain('value="9"');
    expect(form.match(/autofocus/g)).toHaveLength(1);
    expect(form).toMatch(/name="find.p.fileId"[^>]*autofocus/);
    expect(await jobs()).toHaveLength(0);
  });

  test("turns into JSON and back with all that was typed", async () => {
    const typed = `type=video-transcode&as=form&p.fileId=${film.id}&p.crf=20&priority=3`;
    const json = await get(`${at}?${typed}&to=json`);
    expect(json).toContain(`{\n  &quot;fileId&quot;: ${film.id},\n  &quot;crf&quot;: 20\n}`);
    const back = `type=video-transcode&as=json&to=form&priority=3&json=${encodeURIComponent(`{"fileId": ${film.id}, "crf": 18}`)}`;
    const form = await get(`${at}?${back}`);
    expect(form).toMatch(/value="18"[^>]*name="p.crf"|name="p.crf"[^>]*value="18"/);
    expect(form).toMatch(/name="priority"[^>]*value="3"/);
  });

  test("turns and tells what it will do for parameters longer than an address", async () => {
    const json = JSON.stringify({ fileId: film.id, note: "x".repeat(20_000) });
    const fields = formOf({ type: "video-transcode", as: "json", json });
    const preview = await owner("POST", `${at}/preview`, fields, htmx);
    expect(await preview.text()).toContain("once the parameters are right");
    const turn = await owner("POST", `${at}/turn`, `${fields}&to=form`, htmx);
    expect(await turn.text()).toContain("note: there is no such parameter");
    expect(await jobs()).toHaveLength(0);
  });

  test("keeps JSON that is none, or that no field can show, and says where and why", async () => {
    const turn = (json: string) =>
      get(`${at}?type=video-transcode&as=json&to=form&json=${encodeURIComponent(json)}`);
    const broken = await turn('{"fileId": 1,\n "crf": }');
    expect(broken).toContain("Line 2, column 9: } is no value");
    expect(broken).toContain("&quot;crf&quot;: }");
    const unknown = await turn('{"fileId": 1, "crff": 3}');
    expect(unknown).toContain("crff: there is no such parameter");
    expect(unknown).toContain('name="json"');
  });

  test("refuses JSON that the kind refuses, by the name of each parameter", async () => {
    const answer = await post({ as: "json", json: `{"fileId": ${film.id}, "crf": 99, "colour": "red"}` });
    const form = await answer.text();
    expect(answer.status).toBe(422);
    expect(form).toMatch(/crf: .*51/);
    expect(form).toContain("colour: There is no such parameter.");
    expect(await (await post({ as: "json", json: "{}" })).text()).toContain("fileId: Which file is needed.");
    const wrong = await post({ as: "json", json: '{"fileId": "x"}' });
    expect(await wrong.text()).toContain("fileId: This is no id of a file.");
  });

  test("waits for a time that is said in the browser's own zone; a time that has passed is refused", async () => {
    const now = media.app.clock.now();
    const local = new Date(now + 3_600_000 + 120 * 60_000).toISOString().slice(0, 16);
    await post({ "p.fileId": String(film.id), when: "at", runAt: local, offset: "120" });
    const [job] = await jobs();
    expect(Math.abs(job!.runAt!.getTime() - (now + 3_600_000))).toBeLessThan(60_000);
    const passed = await post({
      "p.fileId": String(film.id),
      when: "at",
      runAt: "2001-01-01T00:00",
      offset: "0",
    });
    expect(await passed.text()).toContain("That time has passed.");
  });

  test("what is no form at all is refused like a form without a type", async () => {
    for (const body of [undefined, "{}"]) {
      const answer = await owner("POST", at, body, { ...htmx, "content-type": "application/json" });
      expect(answer.status).toBe(422);
    }
  });

  test("tells before what it will do", async () => {
    const preview = await get(`${at}/preview?type=video-transcode&as=form&p.fileId=${film.id}`);
    expect(preview).toContain("video-transcode, nothing waits there");
    expect(preview).toContain("as soon as a slot is free");
    expect(await get(`${at}/preview?type=video-transcode&as=form`)).toContain(
      "once the parameters are right",
    );
  });

  test("is a page with plain forms for a browser without JavaScript", async () => {
    const answer = await post({ "p.fileId": String(film.id) }, {});
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/admin/jobs");
    const list = await get("/admin/jobs");
    const [job] = await jobs();
    expect(list).toContain(`Enqueued job ${job!.id}`);
    expect(list).toContain(`formaction="/admin/jobs/${job!.id}/cancel"`);
    const refused = await post({}, {});
    expect(refused.status).toBe(422);
    expect(await refused.text()).toMatch(/^<!doctype html>.*Choose a file/s);
  });
});

test("the API refuses fields that it does not know, so that a slip of the pen is no silent one", async () => {
  const media = await mediaSite();
  const owner = await ownerBrowser(media.site);
  const film = await addFile(media, await addLibrary(media), "a.mp4", { type: "video" });
  const answer = await owner("POST", "/api/media/jobs", {
    type: "video-poster",
    params: { fileId: film.id },
    prioritty: 1,
  });
  expect(answer.status).toBe(422);
  expect(JSON.stringify(await answer.json())).toContain("prioritty");
  await media.close();
});
