import { expect, test } from "bun:test";
import { causeOf, fingerprintOf } from "../../src/queue/fingerprint.ts";

const same = (code: string, a: string, b: string) =>
  expect(fingerprintOf({ code, message: a })).toBe(fingerprintOf({ code, message: b }));
const different = (a: Parameters<typeof fingerprintOf>[0], b: Parameters<typeof fingerprintOf>[0]) =>
  expect(fingerprintOf(a)).not.toBe(fingerprintOf(b));

test("paths, quoted names, numbers and addresses do not tell causes apart", () => {
  same("input.truncated", "/films/a b/x.mp4 ends after 3.5 MB", "/films/y.mkv ends after 12 MB");
  same("input.corrupt", `stream "audio 1" is broken at 0x7ffe12`, "stream “video” is broken at 0xbeef");
  same("input.missing", "clip.mp4: gone", "IMG_2.jpeg: gone");
});

test("nor does the name of what the job was about, with spaces in it", () => {
  const gone = (label: string) =>
    fingerprintOf({ code: "input.missing", message: `/my films/${label} is not there` }, label);
  expect(gone("2024/Summer at the sea (1).mp4")).toBe(gone("Old/Aunt Ida's birthday.avi"));
  const named = (label: string, name: string) =>
    fingerprintOf({ code: "input.changed", message: `${name} changed while it was read` }, label);
  expect(named("a/Summer at the sea.mp4", "Summer at the sea.mp4")).toBe(named("b.mp4", "b.mp4"));
});

test("what went wrong does, and so does the code", () => {
  different(
    { code: "tool.crashed", message: "killed by SIGSEGV" },
    { code: "tool.crashed", message: "killed by SIGKILL" },
  );
  different({ code: "tool.crashed", message: "ended" }, { code: "tool.timeout", message: "ended" });
});

test("what a decoder complains of below our own line is no cause of its own, what a crashed tool says is", () => {
  const damaged = "Decoding finds damage.";
  same("input.corrupt", `${damaged}\n[h264] error while decoding MB 52`, `${damaged}\nInvalid data found`);
  same("input.corrupt", `${damaged}\nInvalid data\nInvalid data`, damaged);
  const crashed = "ffmpeg failed with code 1.";
  different(
    { code: "tool.crashed", message: `${crashed}\nUnknown encoder` },
    { code: "tool.crashed", message: `${crashed}\nInvalid argument` },
  );
});

test("jobs that were orphaned, or got stuck, are one cause each, whatever worker and times they name", () => {
  const orphaned = (worker: string) => `orphaned: the worker ${worker} died while it ran this job.`;
  same("job.orphaned", orphaned("nas-1234-eafe"), orphaned("pc-99-01bc"));
  same(
    "job.stuck",
    "no sign of life for 31 min (limit 30 min) at 43 %",
    "no sign of life for 70 s (limit 60 s)",
  );
});

test("the cause reads well", () => {
  expect(causeOf("/films/x.mp4 ends after 3.5 MB")).toBe("… ends after … MB");
});
