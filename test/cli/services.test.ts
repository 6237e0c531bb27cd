import { expect, test } from "bun:test";
import { services } from "../../src/cli/server.ts";
import { testApp } from "../support/app.ts";

test("who counts failures listens before the orphans of the last run are found", async () => {
  const app = await testApp();
  const names = services(app, app).map((service) => service.name);
  const orphans = names.indexOf("orphans of the last run");
  expect(orphans).toBeGreaterThan(0);
  for (const name of ["backfill strikes", "failure counts"]) expect(names.slice(0, orphans)).toContain(name);
  expect(names).toContain("healing watch");
  await app.close();
});
