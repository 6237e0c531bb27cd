import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { createNative, type Native } from "../../src/media/native.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { fixtures } from "../support/fixtures.ts";

// Machines that build for others are slow.
setDefaultTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), "sprocket-native-"));
const picture = join(folder, "red.png");
await sharp({ create: { width: 40, height: 30, channels: 3, background: "red" } })
  .png()
  .toFile(picture);
// A child that misbehaves on order: what it does stands in the path that it is asked to read.
const naughty = join(folder, "naughty.ts");
writeFileSync(
  naughty,
  `process.on("message", ({ id, args }) => {
     if (args.path === "crash") process.kill(process.pid, "SIGSEGV");
     if (args.path === "hang") return process.send({ id: -1, ok: true, value: 0, rssBytes: 0 });
     process.send({ id, ok: true, value: { pid: process.pid, path: args.path }, rssBytes: args.path === "fat" ? 1e12 : 0 });
   });
   process.on("disconnect", () => process.exit(0));`,
);

let open: Native[] = [];
const clock = new FakeClock();
let warnings: string[] = [];
const log = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
function native(command?: string[]): Native {
  const made = createNative({ cacheFolder: folder, log, clock, command });
  open.push(made);
  return made;
}
const bad = () => native([process.execPath, naughty]);
const ask = (n: Native, path: string, options = {}) =>
  n.call("image.luma", { path }, options) as unknown as Promise<{ pid: number }>;

afterEach(async () => {
  await Promise.all(open.map((n) => n.stop()));
  open = [];
  warnings = [];
});
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

describe("the native child", () => {
  test("is not there until it is needed", async () => {
    const n = native();
    expect(n.pid()).toBeUndefined();
    expect((await n.call("versions", {})).vips).toMatch(/^8\./);
    expect(n.pid()).toBeGreaterThan(0);
  });

  test("answers many requests at once, each with its own answer", async () => {
    const n = bad();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(n, `p${i}`)));
    expect(answers.map((a) => (a as unknown as { path: string }).path)).toEqual(
      Array.from({ length: 50 }, (_, i) => `p${i}`),
    );
    expect(new Set(answers.map((a) => a.pid)).size).toBe(1);
  });

  test("goes when it has had nothing to do for 30 s, and the next request gets a fresh one", async () => {
    const n = bad();
    const first = await ask(n, "a");
    await clock.advance(30_000);
    expect(n.pid()).toBeUndefined();
    expect((await ask(n, "b")).pid).not.toBe(first.pid);
  });

  test("that crashes fails the requests in flight, and only those", async () => {
    const n = bad();
    const failed = await Promise.all([ask(n, "hang"), ask(n, "crash")].map((p) => p.catch((e) => e.code)));
    expect(failed).toEqual(["tool.crashed", "tool.crashed"]);
    expect((await ask(n, "after")).pid).toBeGreaterThan(0);
  });

  test("that has grown too large is replaced", async () => {
    const n = bad();
    const fat = await ask(n, "fat");
    expect((await ask(n, "next")).pid).not.toBe(fat.pid);
  });

  test("that hangs is ended after the time given", async () => {
    expect(await ask(bad(), "hang", { timeoutMs: 300 }).catch((e) => e.code)).toBe("tool.timeout");
  });

  test("alone with a request that is aborted, is killed", async () => {
    const n = bad();
    const { pid } = await ask(n, "a");
    const abort = new AbortController();
    const asked = ask(n, "hang", { signal: abort.signal });
    abort.abort();
    expect(await asked.catch((e) => e.name)).toBe("AbortError");
    expect((await ask(n, "b")).pid).not.toBe(pid);
  });

  test("is restarted whatever it does: what hangs is ended, and the next request gets a fresh one", async () => {
    const n = bad();
    const { pid } = await ask(n, "a");
    const hanging = ask(n, "hang").catch((e) => e.code);
    await n.restart();
    expect(await hanging).toBe("tool.crashed");
    expect((await ask(n, "b")).pid).not.toBe(pid);
  });

  test("that is being killed gets no more requests: the next goes to a fresh one", async () => {
    const n = bad();
    const { pid } = await ask(n, "a");
    const abort = new AbortController();
    const aborted = ask(n, "hang", { signal: abort.signal }).catch((e) => e.name);
    abort.abort();
    expect((await ask(n, "b")).pid).not.toBe(pid);
    expect(await aborted).toBe("AbortError");
  });

  test("that was ended on purpose is not warned of; one that crashed is", async () => {
    const n = bad();
    const abort = new AbortController();
    const aborted = ask(n, "hang", { signal: abort.signal }).catch((e) => e.name);
    abort.abort();
    await aborted;
    const stopped = ask(n, "hang").catch((e) => e.code);
    await n.stop();
    await stopped;
    expect(warnings).toEqual([]);
    await ask(bad(), "crash").catch(() => {});
    expect(warnings).toEqual(["native child died"]);
  });

  test("dies with its parent", async () => {
    const module = new URL("../../src/media/native.ts", import.meta.url).pathname;
    const script = `const { createNative } = await import(${JSON.stringify(module)});
      const n = createNative({ cacheFolder: "/", log: { debug() {}, warn() {} }, clock: { now: Date.now, after: () => () => {} } });
      await n.call("versions", {}); console.log(n.pid()); await new Promise(() => setInterval(() => {}, 1000));`;
    const server = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    const pid = Number(new TextDecoder().decode((await server.stdout.getReader().read()).value!));
    expect(() => process.kill(pid, 0)).not.toThrow();
    server.kill("SIGKILL");
    await server.exited;
    await until(() => !alive(pid));
  });
});

describe("pictures in the child", () => {
  test("are rendered in size and format, never larger than they are", async () => {
    const out = (name: string) => join(folder, name);
    const rendered = await native().call("image.render", {
      path: picture,
      outputs: [
        { path: out("a.webp"), format: "webp", width: 20 },
        { path: out("b.jpg"), format: "jpeg", width: 10, height: 10, fit: "cover" },
        { path: out("c.png"), format: "png", width: 400 },
        { path: out("d.avif"), format: "avif", width: 16 },
      ],
    });
    expect(rendered.map((r) => [r.width, r.height])).toEqual([
      [20, 15],
      [10, 10],
      [40, 30],
      [16, 12],
    ]);
    expect((await sharp(out("a.webp")).metadata()).format).toBe("webp");
    expect((await sharp(out("d.avif")).metadata()).format).toBe("heif");
  });

  for (let orientation = 1; orientation <= 8; orientation++)
    test(`stand upright: orientation ${orientation}`, async () => {
      // Red left half, blue right half; the same eight turns that exif viewers agree on.
      const stored = await sharp({ create: { width: 40, height: 20, channels: 3, background: "blue" } })
        .composite([
          { input: { create: { width: 20, height: 10, channels: 3, background: "red" } }, left: 0, top: 0 },
        ])
        .withMetadata({ orientation })
        .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
        .toBuffer();
      const path = join(folder, `turned-${orientation}.jpg`);
      writeFileSync(path, stored);
      const n = native();
      const reading = await n.call("image.read", { path, decode: true });
      expect([reading.width, reading.height]).toEqual(orientation >= 5 ? [20, 40] : [40, 20]);
      await n.call("image.render", { path, outputs: [{ path: `${path}.png`, format: "png" }] });
      const { data, info } = await sharp(`${path}.png`)
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const isRed = (x: number, y: number) => data[(y * info.width + x) * 3]! > 200;
      const [left, top] = {
        1: [1, 1],
        2: [0, 1],
        3: [0, 0],
        4: [1, 0],
        5: [1, 1],
        6: [0, 1],
        7: [0, 0],
        8: [1, 0],
      }[orientation]!;
      const corners = [
        isRed(2, 2),
        isRed(info.width - 3, 2),
        isRed(2, info.height - 3),
        isRed(info.width - 3, info.height - 3),
      ];
      expect(corners).toEqual([left && top, !left && top, left && !top, !left && !top].map(Boolean));
      expect((await sharp(`${path}.png`).metadata()).exif).toBeUndefined();
    });

  test("that are no pictures are told apart", async () => {
    const n = native();
    const codeOf = async (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return (await n.call("image.read", { path: join(folder, name), decode: true })).fault?.code;
    };
    expect(await codeOf("empty.jpg", "")).toBe("input.truncated");
    expect(await codeOf("text.jpg", "this is no picture\n")).toBe("input.unsupported");
    expect(await codeOf("drawing.jpg", "<svg xmlns='http://www.w3.org/2000/svg'/>")).toBe(
      "input.unsupported",
    );
    expect(await codeOf("noise.jpg", Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8]))).toBe("input.corrupt");
    const whole = await sharp(picture).resize(400).jpeg().toBuffer();
    expect(await codeOf("cut.jpg", whole.subarray(0, whole.length - 200))).toBe("input.truncated");
    expect(await codeOf("whole.jpg", whole)).toBeUndefined();
    // 60,000 × 60,000 in a few bytes: refused by its header, not decoded.
    const bomb = await sharp(picture).png().toBuffer();
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    bomb.writeUInt32BE(Bun.hash.crc32(bomb.subarray(12, 29)), 29);
    expect(await codeOf("bomb.png", bomb)).toBe("input.unsupported");
  });
});

test.skipIf(!fixtures)("ONNX Runtime runs a model in the child", async () => {
  const answer = await native().call("ort.check", { modelPath: `${fixtures}/models/yolox_nano.onnx` });
  expect(answer).toMatchObject({ inputs: ["images"], outputs: ["output"] });
  expect(answer.version).toMatch(/^1\.27/);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("It did not come to be within 15 s.");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
