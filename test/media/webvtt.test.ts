// What ffmpeg writes as WebVTT becomes WebVTT that every player reads.

import { describe, expect, test } from "bun:test";
import { legacyEncoding, readCues, toText, writeCues } from "../../src/media/webvtt.ts";
import { strictVtt } from "../support/strict-vtt.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const tidied = async (said: string, times = "00:01.000 --> 00:02.000") =>
  strictVtt(writeCues(await readCues(bytes(`WEBVTT\n\n${times}\n${said}\n`), "windows-1252")));

describe("the text of a cue", () => {
  test.each([
    ["<b>Bold</b>, <i>slanted</i>", "<b>Bold</b>, <i>slanted</i>"],
    ["1 < 2 & <x@y.z>", "1 &lt; 2 &amp; &lt;x@y.z>"],
    ["&amp; &lt; stay", "&amp; &lt; stay"],
    ["here --> there", "here --&gt; there"],
    ["<font color=red>Red</font>", "&lt;font color=red>Red&lt;/font>"],
    ["kept\\happart", "kept\u00a0appart"],
    ["two\nlines", "two\nlines"],
  ])("%j becomes %j", async (from, to) => {
    expect((await tidied(from)).map(({ text }) => text)).toEqual([to]);
  });

  test("is left out where it only draws a shape, and where there is none", async () => {
    expect(await tidied("m 0 0 l 100 0 100 100 0 100")).toEqual([]);
    expect(await tidied("  ")).toEqual([]);
    expect(await tidied("m 2 b")).toHaveLength(1);
  });
});

describe("the order of cues", () => {
  test("is that of their times, and what is said twice at once is said once", async () => {
    const text =
      "WEBVTT\n\n00:05.000 --> 00:06.000\nB\n\n1:00:01.250 --> 1:00:02.000\nC\n\n00:01.000 --> 00:06.000\nA\n\n00:05.000 --> 00:06.000\nB\n";
    const cues = strictVtt(writeCues(await readCues(bytes(text), "windows-1252")));
    expect(cues.map((cue) => [cue.startMs, cue.endMs, cue.text])).toEqual([
      [1000, 6000, "A"],
      [5000, 6000, "B"],
      [3601250, 3602000, "C"],
    ]);
  });

  test("one without a length lasts until the next, five seconds at most", async () => {
    const text = "WEBVTT\n\n00:01.000 --> 00:01.000\nA\n\n00:03.000 --> 00:03.000\nB\n";
    const cues = await readCues(bytes(text), "windows-1252");
    expect(cues.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [1000, 3000],
      [3000, 8000],
    ]);
  });
});

describe("text that is no UTF-8", () => {
  test("is read as what its language was written in, a line at a time", async () => {
    const russian = Uint8Array.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
    const text = Buffer.concat([bytes("WEBVTT\n\n00:01.000 --> 00:02.000\n"), russian, bytes("\nПривет\n")]);
    const [cue] = await readCues(text, legacyEncoding("rus"));
    expect(cue!.text).toBe("Привет\nПривет");
  });

  test("of an unknown language is taken for Western European", () => {
    expect(toText(Uint8Array.from([0x43, 0x61, 0x66, 0xe9]), legacyEncoding(null))).toBe("Café");
  });
});
