// What the player of a file's page is told: the stream, pictures for the seek bar, subtitles, chapters.

import { expect, test } from "bun:test";
import type { DerivativeRow, FileRow } from "../../../src/db/tables/library.ts";
import { languageName, playerFacts } from "../../../src/http/pages/player-facts.ts";

const film = { id: 7, type: "video", durationS: 60, metadata: null } as FileRow;
const made = (kind: string, variant = "web", mimeType = "", facts: unknown = null) =>
  ({ kind, variant, mimeType, facts, createdAt: new Date(5) }) as DerivativeRow;
const subtitle = (variant: string, facts: object) => made("subtitles", variant, "text/vtt", facts);

test("stream and seek-bar pictures have an address that changes with them", () => {
  expect(playerFacts(film, [made("hls"), made("sprite")], [])).toMatchObject({
    hls: "/api/files/7/hls/index.m3u8?v=5",
    sprite: "/api/files/7/sprite.vtt?v=5",
  });
  expect(playerFacts(film, [], [])).toMatchObject({ hls: null, sprite: null, subtitles: [] });
});

test("of several subtitles the default one shows itself, else a forced one; other forms are left out", () => {
  const english = subtitle("2-eng", { language: "eng" });
  const forced = subtitle("3-deu", { language: "deu", isForced: true });
  const standard = subtitle("4-fra", { language: "fra", title: "Pour tous", isDefault: true });
  const shown = (all: DerivativeRow[]) =>
    playerFacts(film, all, [])!.subtitles.map(({ label, isDefault }) => [label, isDefault]);
  expect(shown([english, forced, made("subtitles", "2-eng.ass", "text/x-ssa")])).toEqual([
    ["English", false],
    ["German (forced)", true],
  ]);
  expect(shown([english, forced, standard])[2]).toEqual(["French (Pour tous)", true]);
  expect(shown([english])).toEqual([["English", false]]);
});

test.each([
  [{ language: "eng", isHearingImpaired: true }, "English (SDH)"],
  [{ language: "eng", title: "English [CC]", isHearingImpaired: true }, "English [CC]"],
  [{ language: null, title: "Commentary" }, "Commentary"],
  [{ language: null }, "Track 2"],
])("subtitles that say %j are called %s", (facts, label) => {
  expect(playerFacts(film, [subtitle("2-und", facts)], [])!.subtitles[0]!.label).toBe(label);
});

test("one chapter is no table of contents", () => {
  const chapter = (startS: number) => ({ startS, endS: startS + 10, title: null });
  const chapters = (all: object[]) =>
    playerFacts({ ...film, metadata: { chapters: all } } as unknown as FileRow, [], [])!.chapters.length;
  expect([chapters([chapter(0)]), chapters([chapter(0), chapter(10)])]).toEqual([0, 2]);
});

test("a picture has no player", () => {
  expect(playerFacts({ ...film, type: "image" } as FileRow, [], [])).toBeNull();
});

test.each([
  ["eng", "English"],
  ["de", "German"],
  ["not a language", "not a language"],
])("%s is %s", (code, name) => {
  expect(languageName(code)).toBe(name);
});
