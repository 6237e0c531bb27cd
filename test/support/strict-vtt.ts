// Reads WebVTT and forgives nothing: what this takes, every player does.

import type { Cue } from "../../src/media/webvtt.ts";

export function strictVtt(text: string): Cue[] {
  const fail = (why: string, where: string) => new Error(`${why}: ${JSON.stringify(where)}`);
  const blocks = text.split(/\n{2,}/).map((block) => block.replace(/^\n|\n$/g, ""));
  if (blocks.shift() !== "WEBVTT") throw fail("No signature", text.slice(0, 20));
  let last = 0;
  return blocks.filter(Boolean).map((block) => {
    const [times = "", ...lines] = block.split("\n");
    const found = /^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$/.exec(
      times,
    );
    if (!found) throw fail("No times", times);
    const [h1, m1, s1, ms1, h2, m2, s2, ms2] = found.slice(1).map(Number) as number[];
    const startMs = ((h1! * 60 + m1!) * 60 + s1!) * 1000 + ms1!;
    const endMs = ((h2! * 60 + m2!) * 60 + s2!) * 1000 + ms2!;
    if (endMs <= startMs || startMs < last) throw fail("Not in order", times);
    last = startMs;
    const said = lines.join("\n");
    if (said === "" || said.includes("-->")) throw fail("No text", block);
    if (/<(?!\/?[biu]>)/.test(said)) throw fail("Unknown markup", said);
    if (/&(?!(amp|lt|gt|nbsp|lrm|rlm|#\d+|#x[0-9a-f]+);)/i.test(said)) throw fail("Bare ampersand", said);
    return { startMs, endMs, text: said };
  });
}
