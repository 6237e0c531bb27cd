// `npm run demo`: makes a small library with ffmpeg in .cache/demo-media and starts a server on it, with data of its own.

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { provideFfmpeg, start } from "./start.mjs";
import { must, root } from "./toolchain.mjs";

const media = join(root, ".cache", "demo-media");
const data = join(root, ".cache", "demo-data");

const sine = (hz) => ["-f", "lavfi", "-i", `sine=frequency=${hz}:sample_rate=44100`];
const picture = (source) => ["-f", "lavfi", "-i", source];
const h264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"];
const still = ["-frames:v", "1", "-update", "1"];

/** Path, then what ffmpeg is told to make it. */
const files = {
  "Videos/colour bars.mp4": [...picture("testsrc2=size=1280x720:rate=25"), ...sine(440), "-t", "12", ...h264],
  "Videos/fractal.mp4": [...picture("mandelbrot=size=640x360:rate=24"), ...sine(220), "-t", "10", ...h264],
  "Videos/upright.mp4": [...picture("testsrc2=size=540x960:rate=30"), ...sine(660), "-t", "8", ...h264],
  "Videos/Old/cells.mkv": [...picture("life=size=640x480:rate=25:mold=10"), "-t", "10", ...h264],
  "Photos/gradient.jpg": [...picture("gradients=size=3000x2000:speed=0.01"), ...still],
  "Photos/test chart.png": [...picture("testsrc2=size=1600x1200"), ...still],
  "Photos/Fractals/whole.webp": [...picture("mandelbrot=size=2000x1500"), ...still],
  "Photos/Fractals/detail.jpg": [...picture("mandelbrot=size=1920x1080:start_scale=0.01"), ...still],
  "Music/chord.mp3": [
    ...sine(262),
    ...sine(330),
    "-filter_complex",
    "amix=inputs=2",
    "-t",
    "30",
    "-b:a",
    "128k",
  ],
  "Music/sweep.flac": ["-f", "lavfi", "-i", "aevalsrc=sin(2*PI*(200+20*t)*t):s=44100", "-t", "20"],
  "Music/noise.opus": [
    "-f",
    "lavfi",
    "-i",
    "anoisesrc=color=pink:amplitude=0.3",
    "-t",
    "15",
    "-c:a",
    "libopus",
  ],
};

provideFfmpeg();
for (const [name, args] of Object.entries(files)) makeFile(join(media, name), args);
start(["--data", data, media, ...process.argv.slice(2)]);

function makeFile(path, args) {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  // Not in the library yet: half a file would be scanned.
  const draft = join(root, ".cache", `demo-draft-${path.split("/").at(-1)}`);
  must("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", ...args, draft);
  renameSync(draft, path);
}
