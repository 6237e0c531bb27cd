// The order of the server's services, which is that of its end reversed.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { services } from "../../src/cli/server.ts";
import { type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await testApp();
});
afterEach(() => app.close());

test("the worker stops before everything else: no running job waits for a look through a library", () => {
  const order = services(app, app).map((service) => service.name);
  expect(order.at(-1)).toBe("worker");
  expect(order.indexOf("orphans of the last run")).toBeLessThan(order.indexOf("worker"));
});

test("the cache of transforms is kept small", () => {
  expect(services(app, app).map((service) => service.name)).toContain("transform-cache");
});
