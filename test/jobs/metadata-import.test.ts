// What stands beside a file comes into the library: it gives way to what people say, stays when the file is looked at again,
// and what cannot be read is named.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { fileTag } from "../../src/db/tables/media.ts";
import { fileMetadata } from "../../src/jobs/file-metadata.ts";
import { metadataImport } from "../../src/jobs/metadata-import.ts";
import { derivativePath, listDerivatives } from "../../src/library/derivatives.ts";
import { changeFacts } from "../../src/library/file-facts.sqlite.ts";
import { factsOf } from "../../src/library/file-facts.ts";
import { getFile } from "../../src/library/files.ts";
import { getLibrary } from "../../src/library/libraries.ts";
import { filesWithChangedSidecars } from "../../src/library/sidecar-changes.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

let at: MediaTools;
beforeEach(async () => {
  at = await mediaTools();
});
afterEach(() => at.close());

/** Taken at 23:11:53 by a camera that did not know its zone. */
async function picture(name = "a.jpg") {
  const path = join(at.root, name);
  await sharp({ create: { width: 40, height: 30, channels: 3, background: "red" } })
    .withExif({
      IFD2: { DateTimeOriginal: "2020:01:24 23:11:53" },
      IFD0: { ImageDescription: "of the camera" },
    })
    .jpeg()
    .toFile(path);
  return await at.adopt(name);
}
const beside = (name: string, content: string | Uint8Array) => writeFile(join(at.root, name), content);
const importOf = (fileId: number, more = {}) => at.run(metadataImport, { fileId, apply: true, ...more });
const words = async (fileId: number) =>
  Object.fromEntries(Object.entries(await factsOf(at.tools.db, fileId)).map(([k, v]) => [k, v.value]));
const row = (id: number) => getFile(at.tools.db, id);
const say = async (id: number, change: Parameters<typeof changeFacts>[3]) =>
  changeFacts(at.tools.db, await row(id), "user", change, 1);
const takeout = (more = {}) =>
  JSON.stringify({
    photoTakenTime: { timestamp: String(Date.UTC(2020, 0, 24, 22, 11, 53) / 1000) },
    geoData: { latitude: 45.5, longitude: 10.6, altitude: 0 },
    ...more,
  });

describe("a picture from Google Takeout", () => {
  test("gets its place and the true time, and with the camera's clock its zone", async () => {
    const { id } = await picture();
    await beside("a.jpg.supplemental-metadata.json", takeout());
    await at.run(fileMetadata, { fileId: id });
    expect((await row(id)).capturedOffsetMin).toBeNull();
    await importOf(id);
    expect(await row(id)).toMatchObject({
      capturedAt: new Date("2020-01-24T22:11:53Z"),
      capturedOffsetMin: 60,
      capturedFrom: "sidecar",
      gpsLat: 45.5,
      gpsLon: 10.6,
    });
  });

  test("keeps both when the file is looked at again, whichever came first", async () => {
    const { id } = await picture();
    await beside("a.jpg.json", takeout());
    await importOf(id);
    await at.run(fileMetadata, { fileId: id });
    const once = await row(id);
    expect(once).toMatchObject({ capturedOffsetMin: 60, capturedFrom: "sidecar", gpsLat: 45.5 });
    await at.run(fileMetadata, { fileId: id });
    expect(await row(id)).toMatchObject({ capturedAt: once.capturedAt, capturedOffsetMin: 60, gpsLat: 45.5 });
  });
});

describe("whose word counts", () => {
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="3"
      xmp:CreateDate="2019-05-06T07:08:09+02:00"><dc:subject><rdf:Bag><rdf:li>See</rdf:li></rdf:Bag></dc:subject>
    <dc:description><rdf:Alt><rdf:li>of the sidecar</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>`;

  test("a person's, then XMP's, then Takeout's, then the file's own", async () => {
    const { id } = await picture();
    await at.run(fileMetadata, { fileId: id });
    expect(await words(id)).toEqual({ description: "of the camera" });
    await beside("a.jpg.json", takeout({ description: "of Google" }));
    await beside("a.xmp", xmp);
    await importOf(id);
    expect(await words(id)).toMatchObject({ description: "of the sidecar", rating: 3, tags: ["See"] });
    await say(id, { description: "mine", tags: ["lake"], capturedAt: { atMs: 0, offsetMin: 0 } });
    await beside("a.xmp", xmp.replace("of the sidecar", "of the sidecar, later"));
    await importOf(id);
    await at.run(fileMetadata, { fileId: id });
    expect(await words(id)).toMatchObject({ description: "mine", rating: 3, tags: ["lake"] });
    expect(await row(id)).toMatchObject({ capturedAt: new Date(0), capturedFrom: "user" });
    expect((await at.tools.db.select().from(fileTag)).map(({ tag }) => tag)).toEqual(["lake"]);
  });

  test("what a person takes back comes from the sidecar again, and from the file without one", async () => {
    const { id } = await picture();
    await at.run(fileMetadata, { fileId: id });
    const own = await row(id);
    await say(id, { capturedAt: { atMs: 5_000, offsetMin: 0 }, gps: { lat: 1, lon: 2, alt: null } });
    await beside("a.xmp", xmp);
    await importOf(id);
    await say(id, { capturedAt: null, gps: null });
    expect(await row(id)).toMatchObject({
      capturedAt: new Date("2019-05-06T05:08:09Z"),
      capturedOffsetMin: 120,
      gpsLat: null,
    });
    changeFacts(at.tools.db, await row(id), "xmp", { capturedAt: null }, 2);
    const { capturedAt, capturedFrom, capturedOffsetMin } = own;
    expect(await row(id)).toMatchObject({ capturedAt, capturedFrom, capturedOffsetMin });
  });

  test("a look only says what would change", async () => {
    const { id } = await picture();
    await at.run(fileMetadata, { fileId: id });
    await beside("a.xmp", xmp);
    const { lines } = await importOf(id, { apply: false });
    expect(lines).toContain("description: “of the camera” → “of the sidecar” (xmp)");
    expect(lines).toContain("tags: nothing → See (xmp)");
    expect(await words(id)).toEqual({ description: "of the camera" });
  });
});

describe("subtitles beside a film", () => {
  const srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\nGrüße <i>aus</i> dem Süden\r\n\r\n";
  const film = async () => {
    await beside("film.mkv", "x");
    return (await at.adopt("film.mkv")).id;
  };
  const made = async (id: number) =>
    (await listDerivatives(at.tools.db, id)).filter((d) => d.kind === "subtitles");

  test("become WebVTT with their language, in whatever encoding they are", async () => {
    const id = await film();
    await beside("film.de.srt", Buffer.from(srt, "latin1"));
    await beside("film.en.forced.srt", `\ufeff${srt}`);
    await importOf(id);
    const rows = await made(id);
    expect(rows.map((d) => [d.variant, d.facts?.language, d.facts?.isForced, d.facts?.source])).toEqual([
      ["side-de", "de", false, "sidecar"],
      ["side-en-forced", "en", true, "sidecar"],
    ]);
    for (const one of rows)
      expect(await Bun.file(derivativePath(at.tools.paths, one)).text()).toBe(
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGrüße <i>aus</i> dem Süden\n",
      );
  });

  test("a script in ASS is kept as it is as well", async () => {
    const id = await film();
    await beside(
      "film.ass",
      "[Script Info]\nScriptType: v4.00+\n\n[Events]\n" +
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n" +
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\b1}Hi{\\b0}\n",
    );
    await importOf(id);
    expect((await made(id)).map((d) => [d.variant, d.mimeType])).toEqual([
      ["side-und", "text/vtt"],
      ["side-und.ass", "text/x-ssa"],
    ]);
  });

  test("go with their file", async () => {
    const id = await film();
    await beside("film.srt", srt);
    await importOf(id);
    await rm(join(at.root, "film.srt"));
    await importOf(id);
    expect(await made(id)).toEqual([]);
  });
});

describe("what cannot be read", () => {
  test("is named, and does not cost the rest", async () => {
    const { id } = await picture();
    await beside("a.jpg.json", takeout());
    await beside("a.xmp", "<broken");
    await expect(importOf(id)).rejects.toMatchObject({
      code: "sidecar.invalid",
      message: expect.stringContaining("a.xmp: it is no valid XML"),
    });
    expect((await row(id)).gpsLat).toBe(45.5);
  });

  test("a link out of the library is no sidecar", async () => {
    const { id } = await picture();
    await symlink("/etc/passwd", join(at.root, "a.xmp"));
    expect((await importOf(id)).result).toEqual({ notNeeded: "There is no sidecar beside it." });
  });
});

describe("what is looked for", () => {
  const pending = async () => {
    const ids: number[] = [];
    const library = await getLibrary(at.tools.db, 1);
    for await (const id of filesWithChangedSidecars(at.tools.db, library, ["image"])) ids.push(id);
    return ids;
  };

  test("files with a sidecar that is new, changed or gone, each once", async () => {
    const [{ id }] = [await picture(), await picture("b.jpg")];
    await at.run(fileMetadata, { fileId: id });
    expect(await pending()).toEqual([]);
    await beside("a.jpg.json", takeout());
    expect(await pending()).toEqual([id]);
    await importOf(id);
    expect(await pending()).toEqual([]);
    await utimes(join(at.root, "a.jpg.json"), 1, 1);
    expect(await pending()).toEqual([id]);
    await importOf(id);
    await rm(join(at.root, "a.jpg.json"));
    expect(await pending()).toEqual([id]);
    await importOf(id);
    expect(await pending()).toEqual([]);
    expect((await row(id)).gpsLat).toBe(45.5);
  });

  test("one that cannot be read is not tried again until it changes", async () => {
    const { id } = await picture();
    await at.run(fileMetadata, { fileId: id });
    await beside("a.xmp", "<broken");
    await importOf(id).catch(() => {});
    expect(await pending()).toEqual([]);
  });
});
