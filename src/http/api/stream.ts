// Server-sent events for scripts and other screens: /api/jobs/stream. One shared feed turns hints into messages, at most
// four rounds a second however many listen; a reader who was away gets what it missed by `Last-Event-ID`, or a snapshot.

import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { App, Env } from "../context.ts";
import { jobViews } from "./job-view.ts";
import { jobStats } from "./jobs.ts";
import { queueViews } from "./queue-view.ts";

interface Message {
  id: string;
  event: "job" | "queue" | "stats";
  data: string;
}

const roundMs = 250;
const kept = 2000;
const heartbeatMs = 15_000;

export function streamApi(app: App): Hono<Env> {
  const feed = new Feed(app);
  const api = new Hono<Env>();
  api.get("/api/jobs/stream", (c) =>
    streamSSE(c, async (stream) => {
      const closed = Promise.withResolvers<void>();
      const leave = feed.join((m) => void stream.writeSSE(m).catch(closed.resolve));
      stream.onAbort(closed.resolve);
      c.req.raw.signal.addEventListener("abort", () => closed.resolve(), { once: true });
      const missed = feed.since(c.req.header("Last-Event-ID"));
      for (const m of missed ?? (await feed.snapshot())) await stream.writeSSE(m);
      const beat = setInterval(() => void stream.write(": alive\n\n").catch(closed.resolve), heartbeatMs);
      await closed.promise;
      clearInterval(beat);
      leave();
    }),
  );
  return api;
}

class Feed {
  private readonly listeners = new Set<(m: Message) => void>();
  private recent: Message[] = [];
  private readonly dirtyJobs = new Set<number>();
  private dirty = false;
  private scheduled = false;
  private n = 0;
  /** Ids of another run of the server are not ours. */
  private readonly epoch = Date.now().toString(36);

  constructor(private readonly app: App) {
    app.events.subscribe((e) => {
      if (e.topic === "job") this.dirtyJobs.add(e.id);
      if (e.topic === "job" || e.topic === "queue") this.dirty = true;
      if (this.dirty && !this.scheduled && (this.listeners.size > 0 || this.recent.length > 0))
        this.schedule();
    });
  }

  join(listener: (m: Message) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** What came after `id`; undefined when that is not known any more. */
  since(id: string | undefined): Message[] | undefined {
    if (!id) return undefined;
    const at = this.recent.findIndex((m) => m.id === id);
    return at < 0 ? undefined : this.recent.slice(at + 1);
  }

  async snapshot(): Promise<Message[]> {
    const running = await this.app.store.list({ status: ["running"] }, "newest", 0, 100);
    return [...(await this.overview()), ...(await this.jobs(running.jobs))];
  }

  private schedule(): void {
    this.scheduled = true;
    this.app.clock.after(roundMs, () => void this.round());
  }

  private async round(): Promise<void> {
    const ids = [...this.dirtyJobs].slice(-200);
    this.dirtyJobs.clear();
    this.dirty = false;
    try {
      const { jobs } = await this.app.store.list({ ids }, "oldest", 0, 200);
      const gone = ids.filter((id) => !jobs.some((j) => j.id === id));
      const messages = [
        ...(await this.jobs(jobs)),
        ...gone.map((id) => this.message("job", { id: String(id), removed: true })),
        ...(await this.overview()),
      ];
      this.recent = [...this.recent, ...messages].slice(-kept);
      for (const m of messages) for (const listener of this.listeners) listener(m);
    } catch (error) {
      this.app.log.warn("the job stream missed a round", { error });
    }
    this.scheduled = false;
    if (this.dirty) this.schedule();
  }

  private async jobs(jobs: Parameters<typeof jobViews>[1]): Promise<Message[]> {
    return (await jobViews(this.app, jobs)).map((j) => this.message("job", j));
  }

  private async overview(): Promise<Message[]> {
    const [stats, queues] = await Promise.all([jobStats(this.app), queueViews(this.app)]);
    const busy = queues.filter(
      (q) => q.waiting + q.active + q.delayed + q.failed + q.completed + q.paused > 0,
    );
    return [this.message("stats", stats), ...busy.map((q) => this.message("queue", q))];
  }

  private message(event: Message["event"], data: unknown): Message {
    return { id: `${this.epoch}-${++this.n}`, event, data: JSON.stringify(data) };
  }
}
