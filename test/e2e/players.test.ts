// The players of a file's page in a real browser: a film from start to end, its keys, subtitles that come while it plays, the
// stream in several qualities, the place where it was left, a recording with its wave, a picture at full size. Whatever is
// loaded for it passes the content policy: the console stays silent.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { FileRow } from "../../src/db/tables/library.ts";
import { writeDerivative, writeDerivativeFolder } from "../../src/library/derivatives.ts";
import { createMoment, listMoments, updateMoment } from "../../src/library/moments.ts";
import { readWaveform, writeWaveform } from "../../src/media/waveform.ts";
import { ownerInput } from "../support/app.ts";
import { axe, chromiumPath, openChromium, signIn } from "../support/chromium.ts";
import { type FilesSite, filesSite } from "../support/files-site.ts";
import { hasFfmpeg } from "../support/made-media.ts";

setDefaultTimeout(60_000);

describe.skipIf(!chromiumPath || !hasFfmpeg)("players in a browser", () => {
  let chromium: Browser;
  let site: FilesSite;
  let context: BrowserContext;
  let page: Page;
  let film: FileRow;
  const said: string[] = [];

  beforeAll(async () => {
    chromium = await openChromium();
    site = await filesSite();
    film = await site.file("film.mp4", {
      codecs: { container: "mov", video: "h264", audio: "aac" },
      durationS: 3,
      width: 160,
      height: 90,
      metadata: { video: { fps: 25 } } as never,
    });
    make(film.path, ...filmOf(3));
    context = await chromium.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    await signIn(page, site.origin, ownerInput, "/");
  });
  afterAll(async () => {
    await context.close();
    await site.close();
    await chromium.close();
  });

  async function open(file: FileRow, hash = ""): Promise<void> {
    // Else a page that differs by its hash alone is not loaded anew.
    await page.goto("about:blank");
    await page.goto(`${site.origin}/files/${file.id}${hash}`);
  }
  const media = <T>(what: string) =>
    page.evaluate<T>(`document.querySelector("#stage video, #stage audio").${what}`);
  /** Asked again and again: the content policy forbids `waitForFunction` to. */
  const until = async (what: string) => {
    const film = "const film = document.querySelector('#stage video, #stage audio')";
    const deadline = Date.now() + 20_000;
    while (!(await page.evaluate(`(() => { ${film}; return ${what}; })()`))) {
      if (Date.now() > deadline) throw new Error(`Never came: ${what}`);
      await Bun.sleep(20);
    }
  };

  function make(name: string, ...args: string[]): string {
    const path = join(site.library.path, name);
    mkdirSync(dirname(path), { recursive: true });
    const made = spawnSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args, path], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(made.stderr);
    return path;
  }

  test("a film plays from start to end, and the console says nothing against it", async () => {
    await open(film);
    await page.click(".player-go");
    await until("film.ended");
    expect(await media<number>("currentTime")).toBeCloseTo(3, 0);
    expect(await media<boolean>("controls")).toBe(false);
    expect(await page.locator("media-time-range").isVisible()).toBe(true);
    // Before axe, which copies styles about.
    expect(said).toEqual([]);
    await page.evaluate(axe);
    const found = await page.evaluate<string[]>(
      "axe.run('#stage', { preload: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))",
    );
    expect(found).toEqual([]);
    said.length = 0;
  });

  test("keys play, leap and step by frames, wherever the focus is", async () => {
    await open(film, "#t=0:01.02,2");
    await until("film.readyState > 1 && film.currentTime === 1.02");
    expect(await media<boolean>("paused")).toBe(true);
    await page.keyboard.press(".");
    await until("Math.abs(film.currentTime - 1.06) < 0.001");
    await page.keyboard.press(",");
    await until("Math.abs(film.currentTime - 1.02) < 0.001");
    await page.keyboard.press("m");
    await page.keyboard.press("k");
    await until("!film.paused && film.muted");
    await page.keyboard.press("k");
    await page.keyboard.press("0");
    await until("film.paused && film.currentTime === 0");
  });

  test("before a film is started, no frame of it shows that could be its poster", async () => {
    await open(film);
    await page.click("#make summary");
    await page.getByRole("button", { name: "Poster of the frame that shows" }).click();
    await page.locator(".toast", { hasText: "Play the film to that frame first" }).waitFor();
    expect((await site.app.store.list({ kind: ["video-poster"] }, "newest", 0, 1)).jobs).toEqual([]);
  });

  test("subtitles that are made meanwhile are there without a reload, and the film plays on", async () => {
    await open(film);
    await page.click(".player-go");
    await until("!film.paused");
    await page.evaluate("window.same = document.querySelector('#stage video')");
    await writeDerivative(
      site.app,
      film.id,
      "subtitles",
      "2-eng",
      { extension: "vtt", mimeType: "text/vtt" },
      async (path) => {
        await Bun.write(path, "WEBVTT\n\n00:00.000 --> 00:03.000\nA line\n");
        return { facts: { track: "2-eng", language: "eng", format: "vtt", source: "embedded" } };
      },
    );
    site.app.events.publish({ topic: "file", id: film.id });
    await page.locator("#player track[kind=subtitles]").waitFor({ state: "attached" });
    await page.keyboard.press("c");
    await until("[...film.textTracks].some((track) => track.mode === 'showing' && track.cues?.length === 1)");
    expect(await page.evaluate("window.same === document.querySelector('#stage video')")).toBe(true);
    expect(await media<boolean>("error === null")).toBe(true);
  });

  test("a moment is taken from the player by i and o, and stands on the seek bar", async () => {
    await open(film, "#t=1");
    await until("film.readyState > 1 && film.currentTime === 1");
    await page.keyboard.press("i");
    await page.keyboard.press(".");
    await until("Math.abs(film.currentTime - 1.06) < 0.001");
    await page.keyboard.press("o");
    expect([
      await page.inputValue("#moment-new [name=start]"),
      await page.inputValue("#moment-new [name=end]"),
    ]).toEqual(["0:01.000", "0:01.080"]);
    await page.fill("#moment-new [name=title]", "A blink");
    await page.getByRole("button", { name: "Add moment" }).click();
    await page.locator(".moments li", { hasText: "A blink" }).waitFor();
    await page.locator(".player-marks i[title='A blink']").waitFor({ state: "attached" });
    const [made] = await listMoments(site.app.db, film.id);
    expect(made).toMatchObject({ startMs: 1000, endMs: 1080 });
    // Who opens it after somebody else moved it gets the new times.
    await updateMoment(site.app, made!.id, { endMs: 2000 });
    const end = page.locator(".moments [name=end]");
    await page.locator(".moments", { hasText: "0:02.000" }).waitFor();
    expect(await end.inputValue()).toBe("0:02.000");
    await until("document.querySelector('#moment-new [name=title]').value === ''");
  });

  test("a film is gone on with where it was left", async () => {
    const long = await site.file("long.mp4", { codecs: { video: "h264" }, durationS: 30 });
    make(long.path, ...filmOf(30));
    await open(long, "#t=20");
    await until("film.readyState > 1 && film.currentTime === 20");
    await page.keyboard.press("k");
    await until("film.currentTime > 20.1");
    await page.keyboard.press("k");
    await until("film.paused");
    await open(long);
    await page.getByRole("button", { name: "Go on at 0:20" }).click();
    await until("!film.paused && film.currentTime >= 20");
    await open(long);
    await page.getByRole("button", { name: "From the start" }).click();
    await until("!film.paused && film.currentTime < 5");
  });

  /** Of each height a rendition, in segments of a second. */
  async function stream(file: FileRow, heights: number[], film: (height: number) => string[]): Promise<void> {
    const form = { entry: "index.m3u8", mimeType: "application/vnd.apple.mpegurl" };
    await writeDerivativeFolder(site.app, file.id, "hls", "web", form, async (folder) => {
      for (const height of heights) {
        const place = join(folder, `v${height}`);
        mkdirSync(place);
        const hls = ["-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"];
        const to = ["-hls_segment_filename", join(place, "%05d.m4s"), join(place, "index.m3u8")];
        const exact = ["-avoid_negative_ts", "disabled"];
        const made = spawnSync("ffmpeg", [
          ...["-nostdin", "-v", "error"],
          ...film(height),
          ...exact,
          ...hls,
          ...to,
        ]);
        if (made.status !== 0) throw new Error(String(made.stderr));
      }
      const rungs = heights.map(
        (height, n) =>
          `#EXT-X-STREAM-INF:BANDWIDTH=${n + 1}00000,RESOLUTION=${(height * 16) / 9}x${height}\nv${height}/index.m3u8\n`,
      );
      await Bun.write(join(folder, "index.m3u8"), `#EXTM3U\n${rungs.join("")}`);
    });
  }

  test("a stream plays by hls.js, and its qualities are in the menu", async () => {
    const streamed = await site.file("streamed.mp4", {
      codecs: { video: "h264", audio: "aac" },
      durationS: 3,
    });
    await stream(streamed, [90, 180], (height) => filmOf(3, height));
    await open(streamed);
    await page.click(".player-go");
    await until("film.ended");
    expect(await media<string>("currentSrc.slice(0, 5)")).toBe("blob:");
    await page.click("media-settings-menu-button");
    await page.locator(".for-quality").click();
    await page.locator("media-rendition-menu").getByText("180p", { exact: true }).waitFor();
    expect(said).toEqual([]);
  });

  test("a stream whose last segment holds a single frame plays to its end", async () => {
    const streamed = await site.file("short-tail.mp4", { codecs: { video: "h264" }, durationS: 2.04 });
    const encoded = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25"];
    await stream(streamed, [90], () => [
      ...["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=2.04"],
      ...encoded,
    ]);
    await open(streamed);
    await page.click(".player-go");
    await until("film.ended");
  });

  test("a stream that is made anew while it plays goes on where it was", async () => {
    const streamed = await site.file("anew.mp4", { codecs: { video: "h264" }, durationS: 60 });
    const make = () => stream(streamed, [90], () => filmOf(60));
    await make();
    await open(streamed);
    await page.click(".player-go");
    await until("film.currentTime > 0.1");
    await make();
    await page.evaluate("document.querySelector('#stage video').currentTime = 55");
    await until("!film.paused && film.currentTime > 55.2");
    said.length = 0;
  });

  test("a recording plays, and its wave is drawn from our own peaks and seeks", async () => {
    const song = await site.file("song.mp3", { type: "audio", mimeType: "audio/mpeg", durationS: 3 });
    const path = make(song.path, "-f", "lavfi", "-i", "sine=440:d=3");
    await writeDerivative(
      site.app,
      song.id,
      "waveform",
      "json",
      { extension: "json", mimeType: "application/json" },
      async (to) => writeWaveform(to, await readWaveform("ffmpeg", path)),
    );
    await open(song);
    await page.evaluate("document.querySelector('#stage audio').play()");
    const wave = page.locator("#wave-drawn > div");
    await wave.waitFor();
    await page.evaluate("document.querySelector('#stage audio').pause()");
    const box = (await wave.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
    await until("Math.abs(film.currentTime - 1.5) < 0.05");
    expect(said).toEqual([]);
  });

  test("a picture opens at full size, and Escape leads back to it", async () => {
    const picture = await site.file("picture.jpg", {
      type: "image",
      mimeType: "image/jpeg",
      width: 800,
      height: 600,
    });
    make(picture.path, "-f", "lavfi", "-i", "testsrc2=s=800x600", "-frames:v", "1");
    await open(picture);
    await page.click("#stage a");
    await page.locator(".pswp__img:not(.pswp__img--placeholder)").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".pswp").waitFor({ state: "detached" });
    expect(new URL(page.url()).pathname).toBe(`/files/${picture.id}`);
    expect(said).toEqual([]);
  });

  test("without JavaScript the browser's own controls play it, with its subtitles", async () => {
    await createMoment(site.app, film.id, { startMs: 0, endMs: 1000, title: "Beginning" });
    const plain = await chromium.newContext({ javaScriptEnabled: false });
    try {
      const theirs = await plain.newPage();
      await signIn(theirs, site.origin, ownerInput, `/files/${film.id}`);
      expect(await theirs.locator("#stage video").getAttribute("controls")).not.toBeNull();
      expect(await theirs.locator("#stage video track").count()).toBe(1);
      expect(await theirs.locator(".player-cover").isVisible()).toBe(false);
      await theirs.click("#moment-new summary");
      await theirs.fill("#moment-new [name=start]", "0:02");
      await theirs.fill("#moment-new [name=end]", "0:02.5");
      await theirs.getByRole("button", { name: "Add moment" }).click();
      await theirs.locator(".toast", { hasText: "is marked" }).waitFor();
      expect(await theirs.locator(".moments li").count()).toBe(3);
    } finally {
      await plain.close();
    }
  });
});

/** Small, quick to make, with a key frame every second. */
function filmOf(seconds: number, height = 90): string[] {
  const size = `${(height * 16) / 9}x${height}`;
  return [
    ...[
      "-f",
      "lavfi",
      "-i",
      `testsrc2=s=${size}:r=25:d=${seconds}`,
      "-f",
      "lavfi",
      "-i",
      `sine=440:d=${seconds}`,
    ],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-profile:v",
      "baseline",
      "-pix_fmt",
      "yuv420p",
      "-g",
      "25",
    ],
    ...["-c:a", "aac", "-t", String(seconds)],
  ];
}
