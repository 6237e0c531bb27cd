// The strip of scenes and the list of subtitles on a film's page.

import { describe, expect, test } from "bun:test";
import { FileScenes } from "../../views/parts/file-scenes.tsx";
import { FileSubtitles, type SubtitleLine } from "../../views/parts/file-subtitles.tsx";

const ctx = { url: (path: string) => `/base${path}` } as Parameters<typeof FileScenes>[0]["ctx"];
const scene = (number: number, startMs: number, url: string | null = `/scene/${number}`) => ({
  ...{ number, startMs, endMs: startMs + 1000, score: null, url },
});
const track = (more: Partial<SubtitleLine>): SubtitleLine => ({
  ...{
    track: "2-eng",
    language: "eng",
    languageName: "English",
    title: null,
    format: "vtt",
    url: "/t.vtt?v=1",
  },
  ...{ isDefault: false, isForced: false, isHearingImpaired: false, source: "embedded" },
  ...more,
});

describe("scenes", () => {
  test("lead to their beginning, with a picture where there is one", () => {
    const html = String(<FileScenes ctx={ctx} scenes={[scene(1, 0), scene(2, 62_500, null)]} />);
    expect(html).toContain('href="#t=62.5"');
    expect(html).toContain('src="/base/scene/1"');
    expect(html).toContain("1:02");
    expect(html.match(/<img/g)).toHaveLength(1);
    expect(html).toContain("2 scenes");
  });

  test("of one shot are not shown", () => {
    expect(String(<FileScenes ctx={ctx} scenes={[scene(1, 0)]} />)).toBe(
      '<section id="scenes" hidden=""></section>',
    );
  });
});

describe("subtitles", () => {
  test("are one line a track, with each form to take along", () => {
    const ass = track({ format: "ass", url: "/t.ass?v=1" });
    const html = String(<FileSubtitles ctx={ctx} subtitles={[track({ isForced: true }), ass]} />);
    expect(html.match(/<li>/g)).toHaveLength(1);
    expect(html).toContain('href="/base/t.vtt?v=1&amp;download"');
    expect(html).toContain('aria-label="Download English as ASS"');
    expect(html).toContain("forced");
  });

  test("say no more than once that they are for the hard of hearing", () => {
    const html = String(
      <FileSubtitles ctx={ctx} subtitles={[track({ title: "English (SDH)", isHearingImpaired: true })]} />,
    );
    expect(html).toContain("English (SDH)");
    expect(html).not.toContain("hard of hearing");
  });
});
