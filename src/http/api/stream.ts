// Server-sent events for scripts and other screens: /api/jobs/stream. One shared feed turns hints into messages, at most
// four rounds a second however many listen; a reader who was away gets what it missed by `Last-Event-ID`, or a snapshot.

import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Job } from "../../queue/job.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { unlessMoved } from "../unless-moved.ts";
import { jobViews } from "./job-view.ts";
import { jobStats } from "./jobs.ts";
import { queueViews } from "./queue-view.ts";

interface Message {
  /** `<run of the server>-<number>`. */
  id: string;
  event: "job" | "queue" | "stats";
  data: string;
}

/** Of one queue, or of all. */
interface Figure extends Omit<Message, "id"> {
  key: string;
}

const roundMs = 250;
/** Jobs told of in one round; the rest waits for the next. */
const jobsARound = 200;
const keptMessages = 2000;
/** What happens is gathered for this long after the last reader has left, for those who come back. */
const gatherMs = 5 * 60_000;
const heartbeatMs = 15_000;
/** Messages that wait for a reader who does not read: it is cut off, and finds its place again when it comes back. */
const mostUnread = 5000;

export function streamApi(app: App): Hono<Env> {
  const feed = new Feed(app);
  const api = new Hono<Env>();
  api.get("/api/jobs/stream", (c) =>
    streamSSE(c, async (stream) => {
      const closed = Promise.withResolvers<void>();
      let unread = 0;
      const send = async (m: Message) => {
        if (++unread > mostUnread) return closed.resolve();
        await stream.writeSSE(m).catch(closed.resolve);
        unread--;
      };
      const leave = feed.join((m) => void send(m));
      stream.onAbort(closed.resolve);
      c.req.raw.signal.addEventListener("abort", () => closed.resolve(), { once: true });
      for (const m of feed.since(c.req.header("Last-Event-ID")) ?? (await feed.snapshot())) await send(m);
      const beat = setInterval(async () => {
        // A session may have ended, a token been taken back, an owner demoted.
        const identity = await app.accounts.identify(c.req.raw.headers).catch(() => undefined);
        const may =
          identity?.user.role === "owner" && (identity.via === "cookie" || identity.scopes.some(reads));
        if (!may) return closed.resolve();
        await stream.write(": alive\n\n").catch(closed.resolve);
      }, heartbeatMs);
      await closed.promise;
      clearInterval(beat);
      leave();
    }),
  );
  return api;
}

const reads = (scope: string) => scope === "read" || scope === "admin";

class Feed {
  private readonly listeners = new Set<(m: Message) => void>();
  private recent: Message[] = [];
  private readonly dirtyJobs = new Set<number>();
  private dirty = false;
  /** What was last said of each queue, and of all. */
  private said = new Map<string, string>();
  private scheduled = false;
  private sequence = 0;
  /** Until when to gather without anybody listening. */
  private gatherUntil = 0;
  /** Ids of another run of the server are not ours. */
  private readonly epoch = crypto.randomUUID().slice(0, 8);

  private readonly overview: () => Promise<Figure[]>;

  constructor(private readonly app: App) {
    this.overview = unlessMoved(app, () => overviewOf(app));
    app.events.subscribe((e) => {
      // What may be shown has changed; nobody is to get the old messages.
      if (e.topic === "setting" || e.topic === "library") this.recent = [];
      if (e.topic !== "job" && e.topic !== "queue") return;
      if (this.listeners.size === 0 && this.app.clock.now() > this.gatherUntil) return this.rest();
      if (e.topic === "job") this.dirtyJobs.add(e.id);
      this.dirty = true;
      if (!this.scheduled) this.schedule();
    });
  }

  join(listener: (m: Message) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      this.gatherUntil = this.app.clock.now() + gatherMs;
    };
  }

  /** What came after `id`; undefined when that is not known (any more). */
  since(id: string | undefined): Message[] | undefined {
    const [epoch, number] = id?.split("-") ?? [];
    if (epoch !== this.epoch) return undefined;
    const after = Number(number);
    const missed = this.recent.filter((m) => sequenceOf(m) > after);
    // All of them must still be there.
    const isWhole =
      after === this.sequence || (missed[0] !== undefined && sequenceOf(missed[0]) === after + 1);
    return isWhole ? missed : undefined;
  }

  /** Carries the number of the last message, so that a reader who comes back with it misses nothing. */
  async snapshot(): Promise<Message[]> {
    const now = this.sequence;
    // What it says may be newer than what the others were told last.
    this.said.clear();
    const hideGroups = await hiddenGroups(this.app);
    const running = await this.app.store.list({ status: ["running"], hideGroups }, "newest", 0, 100);
    const messages = [...(await this.overview()), ...(await this.jobs(running.jobs))];
    return messages.map(({ event, data }) => ({ event, data, id: `${this.epoch}-${now}` }));
  }

  private rest(): void {
    this.recent = [];
    this.said.clear();
    this.dirtyJobs.clear();
  }

  private schedule(): void {
    this.scheduled = true;
    this.app.clock.after(roundMs, () => void this.round());
  }

  private async round(): Promise<void> {
    const ids = [...this.dirtyJobs].slice(0, jobsARound);
    for (const id of ids) this.dirtyJobs.delete(id);
    this.dirty = this.dirtyJobs.size > 0;
    try {
      for (const m of [...(await this.changed(ids)), ...(await this.figures())]) this.tell(m);
    } catch (error) {
      this.app.log.warn("the job stream missed a round", { error });
    }
    this.scheduled = false;
    if (this.dirty) this.schedule();
  }

  /** Those that differ from what was said. */
  private async figures(): Promise<Omit<Message, "id">[]> {
    const differ = (await this.overview()).filter((m) => this.said.get(m.key) !== m.data);
    for (const m of differ) this.said.set(m.key, m.data);
    return differ.map(({ event, data }) => ({ event, data }));
  }

  private async changed(ids: number[]): Promise<Omit<Message, "id">[]> {
    const hidden = await hiddenGroups(this.app);
    const { jobs } = await this.app.store.list({ ids }, "oldest", 0, jobsARound);
    const found = new Set(jobs.map((j) => j.id));
    const gone = ids.filter((id) => !found.has(id)).map((id) => ({ id: String(id), removed: true }));
    return [
      ...(await this.jobs(jobs.filter((j) => !hidden.includes(j.subject.group ?? 0)))),
      ...gone.map((g) => ({ event: "job" as const, data: JSON.stringify(g) })),
    ];
  }

  private tell(m: Omit<Message, "id">): void {
    const message = { ...m, id: `${this.epoch}-${++this.sequence}` };
    this.recent.push(message);
    if (this.recent.length > 2 * keptMessages) this.recent = this.recent.slice(-keptMessages);
    for (const listener of this.listeners) listener(message);
  }

  private async jobs(jobs: Job[]): Promise<Omit<Message, "id">[]> {
    return (await jobViews(this.app, jobs)).map((j) => ({ event: "job", data: JSON.stringify(j) }));
  }
}

async function overviewOf(app: App): Promise<Figure[]> {
  const [stats, queues] = await Promise.all([jobStats(app), queueViews(app)]);
  const busy = queues.filter((q) => q.waiting + q.active + q.delayed + q.failed + q.completed + q.paused > 0);
  return [
    { key: "", event: "stats", data: JSON.stringify(stats) },
    ...busy.map((q) => ({ key: q.name, event: "queue" as const, data: JSON.stringify(q) })),
  ];
}

function sequenceOf(m: Message): number {
  return Number(m.id.split("-")[1]);
}
