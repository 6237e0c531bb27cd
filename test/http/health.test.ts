// `/healthz` says that the process is up, `/readyz` whether it can work. Nobody needs to sign in for either.

import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { health } from "../../src/http/health.ts";
import { type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await testApp();
});
afterEach(() => app.close());

test("both answer ok while everything works, without naming a path", async () => {
  const site = health(app);
  expect(await (await site.request("/healthz")).json()).toEqual({ status: "ok" });
  const ready = await site.request("/readyz");
  expect(ready.status).toBe(200);
  expect(await ready.text()).not.toContain(app.paths.root);
});

test("a data folder that takes no files makes it not ready, with what to do", async () => {
  rmSync(app.paths.tmp, { recursive: true });
  await Bun.write(app.paths.tmp, "a file where the folder was");
  const ready = await health(app).request("/readyz");
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    status: "not ready",
    checks: {
      dataFolder: { result: "fail", fix: expect.stringContaining("write") },
      database: { result: "ok" },
    },
  });
});

test("a look at a full disk leaves no file behind", async () => {
  const write = Bun.write;
  const full = spyOn(Bun, "write").mockImplementation((async (path: string) => {
    await write(path, "");
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  }) as never);
  const ready = await health(app).request("/readyz");
  full.mockRestore();
  expect(ready.status).toBe(503);
  expect(readdirSync(app.paths.tmp)).toEqual([]);
});

test("a database that takes no writes makes it not ready", async () => {
  const refuses = { run: () => Promise.reject(new Error("readonly database")) };
  const ready = await health({ ...app, db: refuses as never }).request("/readyz");
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { database: { result: "fail" } } });
});

test("a missing tool is a warning: pages work without it", async () => {
  const ready = await health({ ...app, config: { ...app.config, ffmpeg: "/nowhere/ffmpeg" } }).request(
    "/readyz",
  );
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ status: "degraded", checks: { ffmpeg: { result: "warn" } } });
});

test("an answer is kept for a second, because the checks write", async () => {
  const site = health(app);
  await site.request("/readyz");
  rmSync(app.paths.tmp, { recursive: true });
  await Bun.write(app.paths.tmp, "");
  expect((await site.request("/readyz")).status).toBe(200);
  await app.clock.advance(1000);
  expect((await site.request("/readyz")).status).toBe(503);
});
