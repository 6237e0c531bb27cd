// The stream behind the pages, on a clock that the test steps.

import { beforeEach, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { Env } from "../../src/http/context.ts";
import { type Fragment, LiveViews } from "../../src/http/live.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { FakeClock, settled } from "../support/fake-clock.ts";

describe("a live view", () => {
  let clock: FakeClock;
  let events: EventBus;
  let views: LiveViews<Record<string, string>>;
  let site: Hono<Env>;
  let state: Record<string, string>;
  let looks: number;
  let isOwner: boolean;

  beforeEach(() => {
    clock = new FakeClock();
    events = new EventBus();
    state = { a: "1", b: "1" };
    looks = 0;
    isOwner = true;
    const accounts = { identify: async () => ({ user: { role: isOwner ? "owner" : "member" } }) } as never;
    views = new LiveViews({ clock, events, log: silentLogger, accounts }, async () => {
      looks++;
      return { ...state };
    });
    const fragments = async (s: Record<string, string>): Promise<Fragment[]> =>
      Object.entries(s).map(([id, text]) => ({
        target: `#${id}`,
        swap: "outerMorph",
        markup: `<p id="${id}">${text}</p>`,
      }));
    site = new Hono<Env>();
    site.get("/:key", (c) => views.stream(c, { key: c.req.param("key"), fragments }));
  });

  /** What has arrived since the last call, without waiting for more. */
  async function open(path = "/x") {
    const abort = new AbortController();
    const answer = await site.request(path, { signal: abort.signal });
    const reader = answer.body!.getReader();
    let arrived = "";
    let ended = false;
    void (async () => {
      for (;;) {
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
        if (done) break;
        arrived += new TextDecoder().decode(value);
      }
      ended = true;
    })();
    const take = async () => {
      await settled();
      const text = arrived;
      arrived = "";
      return text;
    };
    return { answer, take, leave: () => abort.abort(), ended: () => ended };
  }
  const change = () => events.publish({ topic: "queue", queue: "a" });

  test("sends everything first, then only what changed", async () => {
    const { take } = await open();
    await clock.advance(0);
    const first = await take();
    expect(first).toContain('<hx-partial hx-target="#a" hx-swap="outerMorph"><p id="a">1</p></hx-partial>');
    expect(first).toContain("#b");
    state.b = "2";
    change();
    await clock.advance(300);
    const second = await take();
    expect(second).toContain('<p id="b">2</p>');
    expect(second).not.toContain("#a");
    expect(second).toMatch(/^id: \w+-\d+$/m);
    expect(second).not.toMatch(/^event:/m);
  });

  test("sends at most four messages a second, however many events there are", async () => {
    const { take } = await open();
    await clock.advance(1000);
    await take();
    let messages = 0;
    for (let ms = 0; ms < 1000; ms += 20) {
      state.a = `at ${ms}`;
      change();
      await clock.advance(20);
      messages += (await take()).match(/^data:/gm)?.length ?? 0;
    }
    expect(messages).toBeGreaterThan(1);
    expect(messages).toBeLessThanOrEqual(4);
  });

  test("a fragment with a pace of its own is held back, and brought as soon as its time has come", async () => {
    const paced = async (s: Record<string, string>): Promise<Fragment[]> => [
      { target: "#a", swap: "outerMorph", markup: `<p id="a">${s.a}</p>`, everyMs: 1000 },
    ];
    site.get("/paced/list", (c) => views.stream(c, { key: "paced", fragments: paced }));
    const { take } = await open("/paced/list");
    await clock.advance(0);
    await take();
    state.a = "2";
    change();
    await clock.advance(600);
    expect(await take()).toBe("");
    await clock.advance(700);
    expect(await take()).toContain('<p id="a">2</p>');
  });

  test("a row that left the list and returns is brought again: somebody may hold the list open", async () => {
    const filtered = async (s: Record<string, string>): Promise<Fragment[]> => [
      ...(s.a === "waits"
        ? []
        : [{ target: "#a", swap: "outerMorph" as const, markup: `<p id="a">${s.a}</p>`, within: true }]),
      {
        target: "#list",
        swap: "outerMorph",
        markup: `<div id="list"></div>`,
        stamp: String(s.a !== "waits"),
      },
    ];
    site.get("/filtered/list", (c) => views.stream(c, { key: "filtered", fragments: filtered }));
    const { take } = await open("/filtered/list");
    for (const value of ["failed", "waits"]) {
      state.a = value;
      change();
      await clock.advance(2000);
      expect(await take()).not.toContain('<p id="a">');
    }
    state.a = "failed again";
    change();
    await clock.advance(2000);
    expect(await take()).toContain('<p id="a">failed again</p>');
  });

  test("finds what no event told within two seconds", async () => {
    const { take } = await open();
    await clock.advance(0);
    await take();
    state.a = "written by another process";
    await clock.advance(2000);
    expect(await take()).toContain("written by another process");
  });

  test("looks once for all its readers, and not at all without any", async () => {
    const readers = [await open("/x"), await open("/x"), await open("/y")];
    await clock.advance(0);
    expect(looks).toBe(1);
    for (const reader of readers) reader.leave();
    await clock.advance(10_000);
    expect(looks).toBe(1);
    expect(views.readers).toBe(0);
  });

  test("a reader who comes later gets everything too", async () => {
    await open();
    await clock.advance(5000);
    const late = await open();
    await clock.advance(300);
    expect(await late.take()).toContain("#a");
  });

  test("stays open in silence with a heartbeat, and needs no buffering proxy", async () => {
    const { answer, take } = await open();
    await clock.advance(0);
    await take();
    await clock.advance(20_000);
    expect(await take()).toContain(": still here");
    expect(answer.headers.get("X-Accel-Buffering")).toBe("no");
  });

  test("ends for somebody who is no owner any more", async () => {
    const { ended } = await open();
    await clock.advance(0);
    isOwner = false;
    await clock.advance(10_000);
    await settled();
    expect(ended()).toBe(true);
    expect(views.readers).toBe(0);
  });

  test("a reader who leaves twice takes nothing from the next one", async () => {
    const answer = await site.request("/x");
    const aborted = new AbortController();
    const first = await open("/x");
    first.leave();
    await answer.body!.cancel();
    const second = await site.request("/x", { signal: aborted.signal });
    const reading = second.body!.getReader();
    await reading.cancel();
    const third = await open("/x");
    aborted.abort();
    await clock.advance(300);
    expect(views.readers).toBe(1);
    expect(await third.take()).toContain("#a");
  });

  test("a reader who takes nothing is given up: nothing more is kept for it", async () => {
    await site.request("/x");
    const reading = await open("/x");
    expect(views.readers).toBe(2);
    for (let i = 0; i < 60; i++) {
      state.a = `${i}`;
      await clock.advance(2000);
      await reading.take();
    }
    expect(views.readers).toBe(1);
    expect(reading.ended()).toBe(false);
  });

  test("text of several lines arrives whole", async () => {
    state.a = "one\ntwo";
    const { take } = await open();
    await clock.advance(0);
    expect(await take()).toContain(
      'data: <hx-partial hx-target="#a" hx-swap="outerMorph"><p id="a">one\ndata: two</p>',
    );
  });
});
