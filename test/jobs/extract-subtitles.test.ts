// Subtitles out of films: every text track at once, at the times of the source, in WebVTT that players read.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extractSubtitles } from "../../src/jobs/extract-subtitles.ts";
import { derivativePath, listDerivatives, writeDerivative } from "../../src/library/derivatives.ts";
import { saveFacts } from "../../src/library/files.ts";
import { findSubtitle, subtitlesIn } from "../../src/library/subtitles.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";
import { strictVtt } from "../support/strict-vtt.ts";

setDefaultTimeout(60_000);

const made = madeMedia();
const withFfmpeg = test.skipIf(!hasFfmpeg);
let at: MediaTools;
beforeAll(async () => {
  at = await mediaTools();
});
afterAll(async () => {
  await at.close();
  await made.remove();
});

const text = (name: string, content: string | Buffer) => {
  const path = join(made.folder, name);
  writeFileSync(path, content);
  return path;
};
const srt = (...said: string[]) =>
  said.map((one, n) => `${n + 1}\n00:00:0${n},500 --> 00:00:0${n + 1},250\n${one}\n`).join("\n");
const ass = `[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,{\\pos(1,2)\\b1}Bold{\\b0}\\Nsecond
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 0 10 10{\\p0}
`;
/** A Blu-ray's subtitle: one picture, of 64×48 and with nothing on it. */
const blankPgs = Buffer.from(
  "50470000afc80000000016000b0040003010000080000000" + "50470000afc800000000800000",
  "hex",
);
const film = "-f lavfi -i testsrc2=s=64x48:r=5:d=4".split(" ");
const video = "-c:v mpeg4".split(" ");
const read = async (fileId: number, name: string) => {
  const row = await findSubtitle(at.tools.db, fileId, name);
  return row && readFileSync(derivativePath(at.tools.paths, row), "utf8");
};
const extract = async (path: string) => {
  const row = await at.add(path);
  const log = await at.run(extractSubtitles, { fileId: row.id });
  expect(existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []).toEqual([]);
  return { ...log, row, tracks: subtitlesIn(row.id, await listDerivatives(at.tools.db, row.id), "") };
};

withFfmpeg("every text track becomes WebVTT with the times of the source; ASS is kept as well", async () => {
  const path = made.make(
    "naïve – quote'\" $(x) ; 名前.mkv",
    ...film,
    ...["-i", text("a.srt", srt("Hello", "1 < 2 & <i>so</i> on"))],
    ...["-i", text("b.ass", ass)],
    ..."-map 0 -map 1 -map 2 -c:s:0 srt -c:s:1 ass".split(" "),
    ...video,
    ..."-metadata:s:s:0 language=eng -metadata:s:s:1 language=ger -disposition:s:0 default -disposition:s:1 forced".split(
      " ",
    ),
    ...["-metadata:s:s:0", "title=For all"],
  );
  const { row, tracks, progress } = await extract(path);
  expect(tracks).toMatchObject([
    { track: "1-eng", language: "eng", title: "For all", format: "vtt", isDefault: true, isForced: false },
    { track: "2-ger", language: "ger", title: null, format: "vtt", isForced: true },
    { track: "2-ger", format: "ass" },
  ]);
  expect(strictVtt((await read(row.id, "1-eng.vtt"))!)).toEqual([
    { startMs: 500, endMs: 1250, text: "Hello" },
    { startMs: 1500, endMs: 2250, text: "1 &lt; 2 &amp; <i>so</i> on" },
  ]);
  expect(strictVtt((await read(row.id, "2-ger.vtt"))!)).toEqual([
    { startMs: 500, endMs: 1000, text: "<b>Bold</b>\nsecond" },
  ]);
  expect(await read(row.id, "2-ger.ass")).toContain("{\\pos(1,2)\\b1}Bold{\\b0}\\Nsecond");
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

withFfmpeg("those of an mp4 as well", async () => {
  const path = made.make(
    "a.mp4",
    ...film,
    "-i",
    text("c.srt", srt("Hé")),
    ..."-c:s mov_text".split(" "),
    ...video,
  );
  const { row, tracks } = await extract(path);
  expect(tracks).toMatchObject([{ track: "1-und", language: null }]);
  expect(strictVtt((await read(row.id, "1-und.vtt"))!)).toEqual([{ startMs: 500, endMs: 1250, text: "Hé" }]);
});

withFfmpeg("text in an old encoding loses no line", async () => {
  const old = text("old.srt", Buffer.from(srt("Caf\xe9", "plain"), "latin1"));
  const path = made.make("old.mkv", "-sub_charenc_mode", "do_nothing", "-i", old, "-c", "copy");
  const { row } = await extract(path);
  const said = strictVtt((await read(row.id, "0-und.vtt"))!).map((cue) => cue.text);
  expect(said).toEqual(["Café", "plain"]);
});

withFfmpeg(
  "subtitles that are pictures are passed over, and a film with no others needs nothing",
  async () => {
    const disc = made.make("disc.mkv", "-i", text("d.sup", blankPgs), "-map", "0", "-c", "copy");
    const { result, lines, tracks } = await extract(disc);
    expect(result).toEqual({
      notNeeded: "no subtitles that can become text: its subtitles are pictures, not text",
    });
    expect(lines).toEqual(["Passed over track 0 (hdmv_pgs_subtitle): its subtitles are pictures, not text."]);
    expect(tracks).toEqual([]);
    const none = made.make("none.mkv", ...film, ...video);
    expect((await extract(none)).result).toEqual({ notNeeded: "There are no subtitles in the file." });
  },
);

withFfmpeg("a second run replaces the first, and leaves alone what lies beside the film", async () => {
  const path = made.make("twice.mkv", "-i", text("e.srt", srt("A")), "-c", "copy");
  const { row } = await extract(path);
  const keep = async (variant: string) => {
    const form = { extension: "vtt", mimeType: "text/vtt" };
    await writeDerivative(at.tools, row.id, "subtitles", variant, form, async (to) => {
      await Bun.write(to, "WEBVTT\n");
    });
  };
  await keep("side-eng");
  await keep("7-fre");
  await at.run(extractSubtitles, { fileId: row.id });
  const variants = (await listDerivatives(at.tools.db, row.id)).map(({ variant }) => variant);
  expect(variants).toEqual(["0-und", "side-eng"]);
});

withFfmpeg("only films with text tracks that nobody has taken out are pending", async () => {
  const path = made.make("pending.mkv", "-i", text("f.srt", srt("A")), "-c", "copy");
  const [open, pictures, done] = [
    await at.add(path, "o.mkv"),
    await at.add(path, "p.mkv"),
    await at.add(path, "d.mkv"),
  ];
  await saveFacts(at.tools.db, open!.id, { codecs: { subtitles: ["hdmv_pgs_subtitle", "subrip"] } }, 0);
  await saveFacts(at.tools.db, pictures!.id, { codecs: { subtitles: ["dvd_subtitle"] } }, 0);
  await saveFacts(at.tools.db, done!.id, { codecs: { subtitles: ["subrip"] } }, 0);
  await at.run(extractSubtitles, { fileId: done!.id });
  const pending: number[] = [];
  for await (const { fileId } of extractSubtitles.pending!(at.tools)) pending.push(fileId);
  expect(pending).toEqual([open!.id]);
});
