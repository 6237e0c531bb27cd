// What the server yields to, as a setting: its faults in people's words, and tokens that stay where they are.

import { beforeEach, describe, expect, test } from "bun:test";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { readConfig } from "../../src/runtime/config.ts";
import type { Refused } from "../../src/runtime/errors.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { masked, secretMask } from "../../src/settings/secrets.ts";
import { openSettings, type Settings } from "../../src/settings/settings.ts";

let settings: Settings;
beforeEach(async () => {
  const { db, sqlite } = openSqlite(":memory:");
  migrate(sqlite, migrations);
  const queues = ["hash", "thumbnail"];
  settings = await openSettings(db, readConfig({}, {}), new EventBus(), systemClock, [], queues);
});

const jellyfin = { type: "jellyfin", url: "http://nas:8096", token: "s3cr3t" };
const change = (value: unknown, key = "yield") => settings.change({ [key]: value }, null);
const fault = async (value: unknown, key = "yield") => {
  const error = (await change(value, key).catch((e: unknown) => e)) as Refused;
  return error?.message;
};
const servers = () => settings.get("yield").playback.servers;

describe("parts that are not named are kept", () => {
  test("of the setting, and of its playback", async () => {
    await change({ playback: { servers: [jellyfin] }, cpuLoad: 70 });
    await change({ playback: { graceS: 10 } });
    expect(settings.get("yield")).toEqual({
      quietHours: [],
      cpuLoad: 70,
      diskFreeMb: 2048,
      playback: { own: true, servers: [jellyfin as never], graceS: 10 },
      mode: "freeze",
    });
  });
  test("import mode keeps its order", async () => {
    await change({ order: ["hash"] }, "importMode");
    await change({ enabled: true }, "importMode");
    expect(settings.get("importMode")).toEqual({ enabled: true, order: ["hash"] });
  });
});

describe("tokens", () => {
  beforeEach(() => change({ playback: { servers: [jellyfin] } }));
  const save = (...list: unknown[]) => change({ playback: { servers: list } });

  test("are masked in what is shown, and real where they are used", () => {
    expect(JSON.stringify(settings.all())).not.toContain("s3cr3t");
    expect(JSON.stringify(settings.all())).toContain(secretMask);
    expect(servers()[0]!.token).toBe("s3cr3t");
  });
  test("stay when the mask comes back, or no token at all", async () => {
    await save({ ...jellyfin, name: "Attic", token: secretMask });
    expect(servers()).toEqual([{ ...jellyfin, name: "Attic" } as never]);
    await save({ type: "jellyfin", url: "http://nas:8096/media" });
    expect(servers()[0]!.token).toBe("s3cr3t");
  });
  test("change when another is given", async () => {
    await save({ ...jellyfin, token: "new" });
    expect(servers()[0]!.token).toBe("new");
  });
  test("are never taken to another address", async () => {
    for (const other of [{ url: "http://evil.example:8096" }, { type: "plex" }, { url: "http://nas:8097" }])
      expect(await fault({ playback: { servers: [{ ...jellyfin, ...other, token: secretMask }] } })).toBe(
        "Media servers 1: give its API key or token; none is stored for this address.",
      );
    expect(servers()[0]).toEqual(jellyfin as never);
  });
  test("follow their server when the list is put in another order", async () => {
    const plex = { type: "plex", url: "http://nas:32400", token: "p1" };
    await save(plex, { ...jellyfin, token: secretMask });
    expect(servers().map(({ token }) => token)).toEqual(["p1", "s3cr3t"]);
  });
  test("are masked in any shape of value", () => {
    expect(masked({ a: [{ token: "x", b: 1 }], token: "" })).toEqual({
      a: [{ token: secretMask, b: 1 }],
      token: "",
    });
    expect(masked(null)).toBeNull();
  });
});

describe("faults are said in words", () => {
  const server = (over: object) => ({ playback: { servers: [jellyfin, { ...jellyfin, ...over }] } });
  const cases: [string, unknown, string][] = [
    ["a time", { quietHours: [{ from: "22:00", to: "25:00" }] }, "Quiet hours 1: give a time like 22:00."],
    ["a time that is missing", { quietHours: [{ from: "22:00" }] }, "Quiet hours 1: a text."],
    [
      "a queue",
      { quietHours: [{ from: "22:00", to: "07:00", queues: ["hsah"] }] },
      "There is no queue hsah; did you mean hash?",
    ],
    [
      "an address",
      server({ url: "nas:8096" }),
      "Media servers 2: give an address that begins with http:// or https://.",
    ],
    [
      "an address of another protocol",
      server({ url: "file:///etc/passwd" }),
      "Media servers 2: give an address that begins with http:// or https://.",
    ],
    [
      "a password in the address",
      server({ url: "http://me:pw@nas:8096" }),
      "Media servers 2: give the address without a name and password in it.",
    ],
    [
      "a token that would break a header",
      server({ token: "a\nb" }),
      "Media servers 2: give its API key or token, without spaces.",
    ],
    [
      "a kind of server",
      server({ type: "kodi", token: "x" }),
      "Media servers 2: one of jellyfin, emby, plex.",
    ],
    ["a load", { cpuLoad: 100 }, "CPU use of other programs: 95 % or less."],
    [
      "a grace",
      { playback: { graceS: -1 } },
      "Playback: go on after nobody has played anything for 0 seconds or more.",
    ],
  ];
  for (const [name, value, words] of cases)
    test(name, async () => {
      expect(await fault(value)).toBe(words);
    });
  test("a queue of the import's order", async () => {
    expect(await fault({ order: ["hash", "thumbnial"] }, "importMode")).toBe(
      "There is no queue thumbnial; did you mean thumbnail?",
    );
  });
});
