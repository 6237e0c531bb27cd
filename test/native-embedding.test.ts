// The compiled executable carries sharp, libheif and ONNX Runtime: its native child works where there is no node_modules.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FromChild, NativeOp, NativeOps } from "../src/media/native-ops.ts";

const built = join(import.meta.dir, "..", "dist", "sprocket");
const model = join(import.meta.dir, "..", "node_modules/@ricky0123/vad-web/dist/silero_vad_v6.onnx");

describe.skipIf(!existsSync(built))(
  "native libraries in dist/sprocket (skipped while it is not built)",
  () => {
    let work: string;
    let executable: string;
    beforeAll(() => {
      work = mkdtempSync(join(tmpdir(), "sprocket-test-"));
      executable = join(work, "renamed");
      copyFileSync(built, executable);
    });
    afterAll(() => rmSync(work, { recursive: true, force: true }));

    test("sharp makes a WebP", async () => {
      const source = join(work, "red.ppm");
      writeFileSync(
        source,
        Buffer.concat([Buffer.from("P6 64 48 255\n"), Buffer.alloc(64 * 48 * 3, Buffer.from([255, 0, 0]))]),
      );
      const png = join(work, "red.png");
      Bun.spawnSync(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", source, png]);

      const target = join(work, "red.webp");
      const [rendered] = await ask("image.render", {
        path: png,
        outputs: [{ path: target, format: "webp", width: 32 }],
      });

      expect(rendered).toMatchObject({ width: 32, height: 24 });
      expect(await Bun.file(target).slice(8, 12).text()).toBe("WEBP");
    });

    test("ONNX Runtime runs a model", async () => {
      const { inputs, outputs, version } = await ask("ort.check", { modelPath: model });

      expect(inputs).toEqual(["input", "state", "sr"]);
      expect(outputs).toEqual(["output", "stateN"]);
      expect(version).toStartWith("1.27.");
    });

    test("unpacks what an operation needs into the folder it is given", async () => {
      await ask("versions", {}, join(work, "other"));

      const folders = readdirSync(join(work, "other", "native"));
      expect(folders).toHaveLength(1);
      expect(folders[0]).toMatch(/^sharp-[0-9a-f]{16}$/);
    });

    async function ask<K extends NativeOp>(
      op: K,
      args: NativeOps[K]["args"],
      cache = join(work, "cache"),
    ): Promise<NativeOps[K]["result"]> {
      const { promise, resolve, reject } = Promise.withResolvers<FromChild>();
      const child = Bun.spawn([executable, "native-child"], {
        cwd: work,
        env: {
          PATH: process.env.PATH,
          SPROCKET_NATIVE_CACHE: cache,
          ORT_DISABLE_TELEMETRY: "1",
        },
        stdout: "inherit",
        stderr: "inherit",
        serialization: "advanced",
        ipc: (message) => resolve(message as FromChild),
        onExit: (_, code, signal) => reject(new Error(`the child ended: ${signal ?? code}`)),
      });
      child.send({ id: 1, op, args });
      try {
        const answer = await promise;
        if (!answer.ok) throw new Error(answer.error.message);
        return answer.value as NativeOps[K]["result"];
      } finally {
        child.kill("SIGKILL");
        await child.exited;
      }
    }
  },
);
