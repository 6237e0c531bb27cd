// The library that servers die over.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { madeMedia } from "../made-media.ts";

export function makeMedia(media: ReturnType<typeof madeMedia>, files: number, longFilmS: number): number {
  const films = Math.max(3, Math.floor(files / 8));
  const songs = Math.max(2, Math.floor(files / 10));
  const pictures = files - films - songs;
  const film = (name: string, seconds: number, size: string) =>
    media.make(
      name,
      ..."-f lavfi -i".split(" "),
      `testsrc2=d=${seconds}:s=${size}:r=25`,
      "-c:v",
      "mpeg4",
      "-q:v",
      "9",
    );
  mkdirSync(join(media.folder, "pictures"));
  media.make(
    "pictures/%03d.jpg",
    ...["-f", "lavfi", "-i", `testsrc2=s=640x480:r=${pictures}:d=1`, "-frames:v", String(pictures)],
  );
  film("long.avi", longFilmS, "960x540");
  for (let i = 1; i < films; i++) film(`film-${i}.avi`, 1 + i, "320x240");
  for (let i = 0; i < songs; i++)
    media.make(`song-${i}.mp3`, "-f", "lavfi", "-i", `sine=frequency=${300 + i * 40}:d=${3 + i}`);
  return files;
}
