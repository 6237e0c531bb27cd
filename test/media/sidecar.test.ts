// What sidecars say, and what becomes of those that say it badly or mean harm.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSidecar, type SidecarForm } from "../../src/media/sidecar.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sprocket-sidecar-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(form: SidecarForm, content: string | Uint8Array) {
  const path = join(folder, `one.${form}`);
  await writeFile(path, content);
  return await readSidecar({ path, form });
}
const reasonOf = (form: SidecarForm, content: string) =>
  read(form, content).then(
    () => "read",
    (error) => `${error.code}: ${error.message}`,
  );

describe("NFO", () => {
  const movie = `<?xml version="1.0" encoding="UTF-8"?>
    <movie><title>Sommer &amp; See</title><plot>Am  See.
Zweite Zeile.</plot><userrating>9</userrating><rating>3</rating><tag>holiday</tag><genre>Family</genre>
    <actor><name>Ada</name><role>self</role></actor><actor><name>Bo</name></actor><premiered>2009-02-09</premiered></movie>`;

  test("a film's", async () =>
    expect(await read("nfo", movie)).toEqual({
      title: "Sommer & See",
      description: "Am  See.\nZweite Zeile.",
      rating: 4.5,
      tags: ["holiday", "Family"],
      people: ["Ada", "Bo"],
      capturedAt: { atMs: Date.UTC(2009, 1, 9), offsetMin: null, isDay: true },
    }));
  test("with an address behind it, as Kodi allows", async () =>
    expect((await read("nfo", `${movie}\nhttps://www.themoviedb.org/movie/1`)).title).toBe("Sommer & See"));
  test("an address alone, or the text of a download, says nothing", async () => {
    expect(await read("nfo", "https://www.imdb.com/title/tt1/")).toEqual({});
    expect(await read("nfo", "▄▄▄ THE GROUP ▄▄▄\npresents")).toEqual({});
  });
  test("of several episodes the first counts", async () =>
    expect(
      await read(
        "nfo",
        "<episodedetails><title>1</title></episodedetails><episodedetails><title>2</title></episodedetails>",
      ),
    ).toEqual({ title: "1" }));
});

describe("XMP", () => {
  const xmp = (inner: string, attributes = "") => `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
      xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" ${attributes}>${inner}</rdf:Description>
    </rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

  test("with attributes, as Lightroom writes it", async () =>
    expect(
      await read(
        "xmp",
        xmp(
          `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">See</rdf:li></rdf:Alt></dc:title>
           <dc:subject><rdf:Bag><rdf:li>holiday</rdf:li></rdf:Bag></dc:subject>
           <lr:hierarchicalSubject><rdf:Bag><rdf:li>Orte|Italien</rdf:li><rdf:li>Holiday</rdf:li></rdf:Bag></lr:hierarchicalSubject>
           <mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
             <rdf:li><rdf:Description mwg-rs:Name="Ada" mwg-rs:Type="Face"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>`,
          'xmp:Rating="4" exif:DateTimeOriginal="2015-07-16T15:38:54+02:00" exif:GPSLatitude="51,10.6968N" exif:GPSLongitude="1,49.596W"',
        ),
      ),
    ).toEqual({
      title: "See",
      rating: 4,
      tags: ["holiday", "Italien"],
      people: ["Ada"],
      capturedAt: { atMs: Date.UTC(2015, 6, 16, 13, 38, 54), offsetMin: 120 },
      gps: { lat: 51 + 10.6968 / 60, lon: -(1 + 49.596 / 60), alt: null },
    }));
  test("with elements, as exiftool writes it; -1 and 0 stars are no rating", async () => {
    expect(
      await read("xmp", xmp("<xmp:Rating>-1</xmp:Rating><xmp:CreateDate>2015-07-16</xmp:CreateDate>")),
    ).toEqual({
      capturedAt: { atMs: Date.UTC(2015, 6, 16), offsetMin: null, isDay: true },
    });
  });
  test("other XML is none", async () =>
    expect(await reasonOf("xmp", "<svg/>")).toBe("sidecar.invalid: it is XML, but not XMP"));
});

describe("Google Takeout", () => {
  test("date, place, people and words; its title is only the file's name", async () =>
    expect(
      await read(
        "takeout",
        JSON.stringify({
          title: "IMG_1.jpg",
          description: "Am See",
          photoTakenTime: { timestamp: "1437053934", formatted: "…" },
          geoData: { latitude: 45.5, longitude: 10.6, altitude: 65.2 },
          people: [{ name: "Ada" }],
          favorited: true,
        }),
      ),
    ).toEqual({
      description: "Am See",
      people: ["Ada"],
      favourite: true,
      capturedAt: { atMs: 1437053934000, offsetMin: null, isUtc: true },
      gps: { lat: 45.5, lon: 10.6, alt: 65.2 },
    }));
  test("0, 0 is no place", async () =>
    expect(
      await read("takeout", '{"photoTakenTime":{"timestamp":"0"},"geoData":{"latitude":0,"longitude":0}}'),
    ).toEqual({}));
  test("another program's JSON says nothing", async () =>
    expect(await read("takeout", '{"rating":5}')).toEqual({}));
});

describe("in any encoding", () => {
  const nfo = "<movie><title>Grüße</title></movie>";
  const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from(nfo, "utf16le")]);
  test("UTF-16", async () => expect((await read("nfo", utf16)).title).toBe("Grüße"));
  test("UTF-16 without its mark", async () =>
    expect((await read("nfo", utf16.slice(2))).title).toBe("Grüße"));
  test("windows-1252", async () =>
    expect((await read("nfo", Buffer.from(nfo, "latin1"))).title).toBe("Grüße"));
});

describe("what means harm is refused", () => {
  test("entities of its own", async () => {
    const bomb = `<!DOCTYPE movie [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><movie><title>&b;</title></movie>`;
    expect(await reasonOf("nfo", bomb)).toContain("sidecar.invalid: it declares entities");
    const outside = `<!DOCTYPE movie [<!ENTITY x SYSTEM "file:///etc/passwd">]><movie><title>&x;</title></movie>`;
    expect(await reasonOf("nfo", outside)).toContain("sidecar.invalid: it declares entities");
  });
  test("endless depth", async () =>
    expect(await reasonOf("nfo", `<movie>${"<a>".repeat(50_000)}</movie>`)).toContain("elements lie"));
  test("what is cut, and what is no XML or JSON", async () => {
    expect(await reasonOf("nfo", "<movie><title>x</title>")).toBe("sidecar.invalid: it ends in the middle");
    expect(await reasonOf("nfo", "<movie><title>x</movie>")).toContain("it is no valid XML");
    expect(await reasonOf("takeout", '{"photoTakenTime":')).toBe("sidecar.invalid: it is no valid JSON");
    expect(await reasonOf("takeout", "[1]")).toContain("it holds no object");
  });
  test("more than 2 MB", async () =>
    expect(await reasonOf("takeout", " ".repeat(2_200_000))).toContain("it holds 2.2 MB"));
  test("a link, wherever it leads", async () => {
    const path = join(folder, "link.nfo");
    await symlink("/etc/hostname", path);
    const failed = await readSidecar({ path, form: "nfo" }).catch((error) => error.message);
    expect(failed).toBe("it is a symbolic link, which is not followed");
  });
  test("names with control characters and without end are cut", async () => {
    const said = await read("nfo", `<movie><title>a&#9;b ${"x".repeat(5000)}</title></movie>`);
    expect(said.title).toHaveLength(300);
    expect(said.title).toStartWith("a b x");
  });
});
