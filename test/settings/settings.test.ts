// Settings are read from memory, changed all or nothing, kept in the database and announced.

import { beforeEach, describe, expect, test } from "bun:test";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { type OpenDb, openSqlite } from "../../src/db/open.sqlite.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { Refused } from "../../src/runtime/errors.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { settingRows } from "../../src/settings/rows.ts";
import { openSettings, type Settings, settingKeys } from "../../src/settings/settings.ts";

let open: OpenDb;
let settings: Settings;
let events: EventBus;
let announced: string[];
const reopened = () => openSettings(open.db, readConfig({}, {}), new EventBus(), systemClock);

beforeEach(async () => {
  open = openSqlite(":memory:");
  migrate(open.sqlite, migrations);
  events = new EventBus();
  announced = [];
  events.subscribe((e) => e.topic === "setting" && announced.push(e.key));
  settings = await openSettings(open.db, readConfig({}, {}), events, systemClock);
});

test("every default is a value its own setting accepts", () => {
  for (const key of settingKeys)
    expect(settingRows[key].schema.safeParse(settingRows[key].default).success).toBe(true);
});

test("a change is read at once, announced, and still there after a restart", async () => {
  await settings.change({ concurrencyMultiplier: 4, registrationMode: "invite" }, "7");
  expect(settings.get("concurrencyMultiplier")).toBe(4);
  expect(announced).toEqual(["concurrencyMultiplier", "registrationMode"]);
  expect((await reopened()).get("registrationMode")).toBe("invite");
  const row = open.sqlite.query("SELECT updated_by FROM setting WHERE key = 'registrationMode'").get();
  expect(row).toEqual({ updated_by: "7" });
});

test("null restores a default and leaves no row", async () => {
  await settings.change({ concurrencyMultiplier: 4, nsfwVisible: true }, null);
  await settings.change({ concurrencyMultiplier: null }, null);
  expect(settings.get("concurrencyMultiplier")).toBe(1);
  expect((await reopened()).get("nsfwVisible")).toBe(true);
  expect(open.sqlite.query("SELECT key FROM setting").values()).toEqual([["nsfwVisible"]]);
});

test("a setting of several parts keeps the parts that are not named", async () => {
  await settings.change({ categoryLimits: { cpu: 2 } }, null);
  expect(settings.get("categoryLimits")).toEqual({ cpu: 2, gpu_encode: 2, gpu_ai: 1 });
});

describe("one fault refuses the whole change", () => {
  const cases: [string, Record<string, unknown>, (string | number)[]][] = [
    ["too much", { nsfwVisible: true, concurrencyMultiplier: 17 }, ["concurrencyMultiplier"]],
    ["a fraction", { nsfwVisible: true, concurrencyMultiplier: 1.5 }, ["concurrencyMultiplier"]],
    ["a wrong word", { nsfwVisible: true, registrationMode: "opne" }, ["registrationMode"]],
    ["a wrong part", { nsfwVisible: true, categoryLimits: { cpu: 0 } }, ["categoryLimits", "cpu"]],
    ["an unknown part", { nsfwVisible: true, autoScan: { minutes: 3 } }, ["autoScan"]],
    [
      "a wrong kind's threshold",
      { nsfwVisible: true, stuckAfterS: { "file-hash": 1 } },
      ["stuckAfterS", "file-hash"],
    ],
    ["a text for a switch", { nsfwVisible: true, autoScan: "on" }, ["autoScan"]],
    ["an unknown key", { nsfwVisible: true, nsfwVisibel: true }, ["nsfwVisibel"]],
  ];
  for (const [name, patch, path] of cases) {
    test(name, async () => {
      const refused = await settings.change(patch, null).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(Refused);
      expect((refused as Refused).status).toBe(422);
      expect((refused as Refused).more.errors?.[0]?.path).toEqual(path);
      expect(settings.get("nsfwVisible")).toBe(false);
      expect(open.sqlite.query("SELECT count(*) FROM setting").values()).toEqual([[0]]);
      expect(announced).toEqual([]);
    });
  }

  test("an unknown key says which one was meant", () => {
    expect(settings.change({ nsfwVisibel: true }, null)).rejects.toThrow("did you mean nsfwVisible?");
  });
});

test("what this build cannot read counts as unset and is told", async () => {
  open.sqlite.exec(
    `INSERT INTO setting VALUES ('concurrencyMultiplier', '99', 0, NULL), ('gone', '1', 0, NULL)`,
  );
  const again = await reopened();
  expect(again.get("concurrencyMultiplier")).toBe(1);
  expect(again.ignored.sort()).toEqual(["concurrencyMultiplier", "gone"]);
});
