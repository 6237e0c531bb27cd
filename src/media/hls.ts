// A film as an adaptive stream: encoded, looked at before anybody keeps it, and listed in a master playlist that says what
// each rendition really needs.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { checkDuration } from "./encode.ts";
import { type Film, lengthOf } from "./encode-plan.ts";
import type { FfmpegOptions } from "./ffmpeg.ts";
import { encodeHls, segmentS } from "./hls-encode.ts";
import type { HlsPlan, Rung, SoundTrack } from "./hls-plan.ts";
import { bitrates, type Rendition, readRendition } from "./hls-rendition.ts";
import type { Media } from "./media.ts";
import type { VideoEncoder } from "./video-encoders.ts";

export const masterName = "index.m3u8";

export interface MadeHls {
  pictures: Rendition[];
  sounds: Rendition[];
}

export async function makeHls(
  media: Pick<Media, "ffmpeg" | "capabilities">,
  from: string,
  folder: string,
  film: Film,
  plan: HlsPlan,
  encoder: VideoEncoder,
  options: Pick<FfmpegOptions, "signal" | "onProgress" | "onOutTime">,
): Promise<MadeHls> {
  const { frames, stderrTail } = await encodeHls(media, from, folder, film, plan, encoder, options);
  if (frames === 0) throw new GiveUp("input.corrupt", "No frame of the film can be decoded.");
  const made = await readAll(folder, plan);
  checkAlignment(made.pictures, plan);
  const longest = Math.max(...[...made.pictures, ...made.sounds].map(({ durationS }) => durationS));
  await checkDuration(lengthOf(film, film.audio[0] ?? null), longest, from, stderrTail);
  await writeFile(join(folder, masterName), masterPlaylist(plan, made), { mode: 0o600 });
  return made;
}

async function readAll(folder: string, { rungs, sounds }: HlsPlan): Promise<MadeHls> {
  const read = async (of: readonly (Rung | SoundTrack)[]) => {
    const found: Rendition[] = [];
    for (const { name } of of) found.push(await readRendition(folder, name));
    return found;
  };
  try {
    return { pictures: await read(rungs), sounds: await read(sounds) };
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

/** Players change from one rendition to another at a segment's beginning: it has to be the same frame in all. */
function checkAlignment(pictures: Rendition[], { fps }: HlsPlan): void {
  const [first, ...others] = pictures as [Rendition, ...Rendition[]];
  const framesS = first.segments.reduce((sum, { frames }) => sum + frames, 0) / fps;
  if (Math.abs(framesS - first.durationS) > 0.1 + first.durationS * 0.001)
    throw wrong(`${first.name} has frames for ${framesS.toFixed(2)} s in ${first.durationS.toFixed(2)} s`);
  for (const { name, timescale, segments } of pictures) {
    if (segments.some(({ beginsWithKeyframe }) => !beginsWithKeyframe))
      throw wrong(`a segment of ${name} does not begin with a keyframe`);
    if (Math.abs(segments[0]!.start) > timescale / fps)
      throw wrong(`${name} begins at ${(segments[0]!.start / timescale).toFixed(3)} s`);
  }
  for (const other of others) {
    if (other.segments.length !== first.segments.length)
      throw wrong(
        `${other.name} has ${other.segments.length} segments, ${first.name} ${first.segments.length}`,
      );
    other.segments.forEach(({ start, frames }, n) => {
      const wanted = first.segments[n]!;
      const apartS = Math.abs(start / other.timescale - wanted.start / first.timescale);
      if (apartS > 0.25 / fps || frames !== wanted.frames)
        throw wrong(`segment ${n} of ${other.name} is not that of ${first.name}`);
    });
  }
}

function masterPlaylist({ rungs, sounds, fps }: HlsPlan, made: MadeHls): string {
  const lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"];
  for (const sound of sounds) lines.push(soundLine(sound));
  const heard = made.sounds.map((sound) => bitrates(sound, segmentS));
  const most = (of: "average" | "peak") => Math.max(0, ...heard.map((rate) => rate[of]));
  rungs.forEach((rung, n) => {
    const picture = made.pictures[n]!;
    const { average, peak } = bitrates(picture, segmentS);
    const codecs = [picture.codec, ...(sounds.length > 0 ? [made.sounds[0]!.codec] : [])].join(",");
    const attributes = [
      `BANDWIDTH=${peak + most("peak")}`,
      `AVERAGE-BANDWIDTH=${average + most("average")}`,
      `RESOLUTION=${rung.width}x${rung.height}`,
      `FRAME-RATE=${fps.toFixed(3)}`,
      `CODECS="${codecs}"`,
      ...(sounds.length > 0 ? ['AUDIO="sound"'] : []),
    ];
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(",")}`, `${rung.name}/index.m3u8`);
  });
  return `${lines.join("\n")}\n`;
}

function soundLine({ name, label, language, isDefault, isDescription }: SoundTrack): string {
  const attributes = [
    "TYPE=AUDIO",
    'GROUP-ID="sound"',
    `NAME="${label}"`,
    ...(language ? [`LANGUAGE="${language}"`] : []),
    `DEFAULT=${isDefault ? "YES" : "NO"}`,
    `AUTOSELECT=${isDescription ? "NO" : "YES"}`,
    'CHANNELS="2"',
    `URI="${name}/index.m3u8"`,
  ];
  return `#EXT-X-MEDIA:${attributes.join(",")}`;
}

function wrong(what: string): JobFailure {
  return new JobFailure("tool.crashed", `The stream is not what it should be: ${what}.`);
}
