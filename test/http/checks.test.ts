// Single checks on made-up machines: a GPU that cannot encode, a share that does not answer, a database that is damaged.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { Checkup } from "../../src/http/checks/checkup.ts";
import { checkIntegrity } from "../../src/http/checks/database.ts";
import { checkGpu } from "../../src/http/checks/gpu.ts";
import { checkWatches, checkWorker } from "../../src/http/checks/machine.ts";
import type { Verdict } from "../../src/media/encoder-proof.ts";
import type { GpuDevices } from "../../src/media/gpu-devices.ts";
import { nvencEncoder, vaapiEncoder } from "../../src/media/video-encoders.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { FakeClock } from "../support/fake-clock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sprocket-checks-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the GPU", () => {
  const card = { vendor: "nvidia" as const, name: "RTX", memoryMb: 8000, usedMb: 0 };
  const none: GpuDevices = { render: [], nvidia: false, inMachine: new Set(), isMac: false };
  const machine = (over: Partial<GpuDevices>, verdicts: Verdict[] = [], fault: string | null = null) =>
    ({
      capabilities: async () => ({ fault }),
      encoders: { prove: async () => ({ devices: { ...none, ...over }, verdicts }) },
    }) as never;
  const noCard = async () => [];
  const oneCard = async () => [card];
  const proven: Verdict = { encoder: nvencEncoder, result: "proven" };
  const broken: Verdict = {
    encoder: nvencEncoder,
    result: "failed",
    cause: "no library",
    fix: "Install it.",
  };

  test("that is not there is worth a note, and no warning", async () => {
    const [check] = await checkGpu(machine({}), noCard);
    expect(check).toMatchObject({ result: "note", fix: expect.stringContaining("--device /dev/dri") });
  });

  test("that is in the machine but not in the container is named, with the word that passes it in", async () => {
    const [check] = await checkGpu(machine({ inMachine: new Set(["intel"]) }), noCard);
    expect(check).toMatchObject({ result: "note", detail: expect.stringContaining("an Intel GPU") });
    expect(check!.fix).toBe("In a container, pass it in: --device /dev/dri");
  });

  test("counts when it has encoded frames", async () => {
    const checks = await checkGpu(machine({ nvidia: true }, [proven]), oneCard);
    expect(checks).toMatchObject([{ result: "ok", brief: "proven by h264_nvenc" }]);
    expect(checks[0]!.detail).toBe("RTX (8000 MB): NVENC encoded frames that decode to what went in");
  });

  test("that cannot is a warning with the cause and its fix", async () => {
    const [check] = await checkGpu(machine({ nvidia: true }, [broken]), oneCard);
    expect(check).toMatchObject({ result: "warn", fix: "Install it." });
    expect(check!.detail).toContain("because of NVENC: no library");
  });

  test("has a line for every further encoder, which is no warning", async () => {
    const other = { ...broken, encoder: vaapiEncoder("/dev/dri/renderD128") };
    const checks = await checkGpu(machine({ nvidia: true }, [proven, other]), oneCard);
    expect(checks[1]).toMatchObject({
      name: "VAAPI on /dev/dri/renderD128",
      result: "note",
      fix: "Install it.",
    });
  });

  test("is not judged while ffmpeg itself does not work", async () => {
    const [check] = await checkGpu(machine({ nvidia: true }, [], "missing"), oneCard);
    expect(check!.detail).toContain("cannot be tried without a working ffmpeg");
  });
});

describe("the integrity of a database", () => {
  const look = () =>
    checkIntegrity({
      paths: { database: join(folder, "a.db"), cache: folder, backups: "/backups" } as never,
      db: undefined as never,
      clock: new FakeClock(),
      log: silentLogger,
    });

  test("is told whole or damaged, from a process of its own", async () => {
    const path = join(folder, "a.db");
    const { sqlite, close } = openSqlite(path);
    sqlite.exec("CREATE TABLE t (a TEXT)");
    sqlite.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000) INSERT INTO t SELECT hex(randomblob(40)) FROM n",
    );
    close();
    expect(await look()).toMatchObject({ result: "ok", detail: expect.stringContaining("whole") });
    const bytes = new Uint8Array(await Bun.file(path).arrayBuffer());
    bytes.fill(255, 8192, 40_000);
    writeFileSync(path, bytes);
    expect(await look()).toMatchObject({ result: "fail", fix: expect.stringContaining("/backups") });
  });
});

test("a worker is alive while it reports", () => {
  expect(checkWorker({ running: () => [], hasMissedBeats: () => false })).toMatchObject({ result: "ok" });
  expect(checkWorker({ running: () => [], hasMissedBeats: () => true })).toMatchObject({
    result: "fail",
    fix: expect.stringContaining("Restart the workers"),
  });
});

describe("a checkup", () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await testApp();
  });
  afterEach(() => app.close());

  test("does not wait for a look that hangs: what is known is told, and that it is being looked at", async () => {
    const hung = Promise.withResolvers<never>();
    const checkup = new Checkup({
      ...app,
      db: new Proxy(app.db, {
        get: (db, key) => (key === "select" ? () => ({ from: () => hung.promise }) : Reflect.get(db, key)),
      }),
    });
    const asked = checkup.latest();
    await app.clock.advance(250);
    const storage = (await asked).find(({ id }) => id === "storage");
    expect(storage).toMatchObject({ checkedAt: null, isChecking: true, checks: [] });
  });

  test("a look that throws is a check that failed, with what it said", async () => {
    const checkup = new Checkup({
      ...app,
      worker: {
        running: () => [],
        hasMissedBeats: () => {
          throw new Error("no worker");
        },
      },
    });
    const [work] = await checkup.again("work");
    expect(work!.checks).toMatchObject([{ result: "fail", detail: expect.stringContaining("no worker") }]);
  });

  test("nobody watches, no watches are needed", async () => {
    expect(await checkWatches(app.db)).toMatchObject({ result: "note" });
  });
});
