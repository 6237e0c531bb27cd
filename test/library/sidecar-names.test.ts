// Which files in a folder describe which media file: Google Takeout's cut names, films alone in their folder, languages.

import { describe, expect, test } from "bun:test";
import { FolderNames } from "../../src/library/sidecar-names.ts";

const beside = (media: string, ...names: string[]) => new FolderNames([media, ...names]);
const facts = (media: string, ...names: string[]) =>
  beside(media, ...names)
    .factsFor(media)
    .map(({ name, form }) => `${form}: ${name}`);

describe("Google Takeout", () => {
  const cases: [media: string, json: string][] = [
    ["IMG_1.jpg", "IMG_1.jpg.json"],
    ["IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"],
    // 46 letters and `.json`.
    ["PXL_20230708_123456789.PORTRAIT.jpg", "PXL_20230708_123456789.PORTRAIT.jpg.supplement.json"],
    ["PXL_20230708_123456789.MOTION-02.ORIGINAL.jpg", "PXL_20230708_123456789.MOTION-02.ORIGINAL.jpg..json"],
    [
      "A very long name of a picture that somebody once.jpg",
      "A very long name of a picture that somebody on.json",
    ],
    ["IMG_1(1).jpg", "IMG_1.jpg(1).json"],
    ["IMG_1(2).jpg", "IMG_1.jpg.supplemental-metadata(2).json"],
    ["IMG_1-edited.jpg", "IMG_1.jpg.supplemental-metadata.json"],
    ["IMG_1-bearbeitet(1).jpg", "IMG_1.jpg(1).json"],
    ["IMG_2.MP4", "IMG_2.HEIC.supplemental-metadata.json"],
  ];
  for (const [media, json] of cases)
    test(`${json} describes ${media}`, () => expect(facts(media, json)).toEqual([`takeout: ${json}`]));

  test("a number belongs to its own picture", () => {
    const names = new FolderNames(["a.jpg", "a(1).jpg", "a.jpg.json", "a.jpg(1).json"]);
    expect(names.factsFor("a.jpg").map(({ name }) => name)).toEqual(["a.jpg.json"]);
    expect(names.factsFor("a(1).jpg").map(({ name }) => name)).toEqual(["a.jpg(1).json"]);
  });

  test("what describes an album describes no picture", () =>
    expect(facts("a.jpg", "metadata.json", "print-subscriptions.json", "b.jpg.json")).toEqual([]));
});

test("the more particular sidecar comes first, whatever the case of its name", () => {
  expect(facts("a.JPG", "a.xmp", "A.jpg.XMP")).toEqual(["xmp: A.jpg.XMP", "xmp: a.xmp"]);
  expect(facts("film.mkv", "movie.nfo", "film.nfo")).toEqual(["nfo: film.nfo", "nfo: movie.nfo"]);
});

test("movie.nfo is about a film that is alone in its folder", () => {
  const two = new FolderNames(["one.mkv", "two.mkv", "movie.nfo"]);
  expect(two.factsFor("one.mkv")).toEqual([]);
  expect(facts("one.jpg", "movie.nfo")).toEqual([]);
});

describe("subtitles", () => {
  const of = (text: string) => beside("Holiday.mkv", text).subtitlesFor("Holiday.mkv")[0];
  const languages: [string, string | null][] = [
    ["Holiday.srt", null],
    ["Holiday.de.srt", "de"],
    ["holiday.GER.vtt", "deu"],
    ["Holiday.pt-br.srt", "pt-br"],
    ["Holiday.Deutsch.srt", "de"],
    ["Holiday.english.sdh.ass", "en"],
    ["Holiday.forced.fr.srt", "fr"],
    ["Holiday.Director.srt", null],
  ];
  for (const [name, language] of languages)
    test(`${name} is in ${language ?? "no known language"}`, () => expect(of(name)?.language).toBe(language));

  test("words in the name say what they are for", () => {
    expect(of("Holiday.en.forced.srt")).toMatchObject({ isForced: true, isHearingImpaired: false });
    expect(of("Holiday.en.sdh.default.srt")).toMatchObject({ isHearingImpaired: true, isDefault: true });
    expect(of("Holiday.ssa")?.format).toBe("ass");
  });

  test("they belong to the film with the longest name that they go on from", () => {
    const names = new FolderNames(["Holiday.mkv", "Holiday.2.mkv", "Holiday.2.en.srt", "Holidays.srt"]);
    expect(names.subtitlesFor("Holiday.mkv")).toEqual([]);
    expect(names.subtitlesFor("Holiday.2.mkv").map(({ name }) => name)).toEqual(["Holiday.2.en.srt"]);
  });
});
