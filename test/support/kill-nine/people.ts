// Several who do at random what the API lets them while their server dies and comes back, and remember what they were promised.

import { owner, type Server } from "./doomed-server.ts";

const kinds: Record<string, string[]> = {
  image: ["file-metadata", "file-hash", "image-thumbnail"],
  video: ["file-metadata", "file-hash", "video-poster", "video-transcode", "video-transcode"],
  audio: ["file-metadata", "file-hash", "audio-waveform"],
};

interface Made {
  id: string;
  type: string;
}

export class People {
  readonly created = new Set<string>();
  readonly removed = new Set<string>();
  /** Somebody asked for it, and the server died before it answered. */
  readonly perhapsRemoved = new Set<string>();
  readonly cancelled = new Set<string>();
  readonly priorities = new Map<string, number>();
  answered = 0;
  private readonly touched = new Map<string, number>();
  private token = "";
  private files: Made[] = [];

  constructor(
    private readonly random: () => number,
    private readonly faults: string[],
  ) {}

  async settleIn(server: Server, count: number): Promise<void> {
    const signedIn = await this.ask(server, "POST", "/api/auth/sign-in", owner);
    const cookie = signedIn.headers.getSetCookie().map((line) => line.split(";")[0]);
    const made = await this.ask(
      server,
      "POST",
      "/api/tokens",
      { name: "kill -9", scopes: ["admin", "read", "write"] },
      { cookie: cookie.join("; ") },
    );
    this.token = ((await made.json()) as { token: string }).token;
    await this.change(server, "PATCH", "/api/admin/settings", {
      concurrencyMultiplier: 2,
      quarantineAfter: 100,
    });
    await within(60_000, "the scan finds the files", async () => {
      const { data } = await this.get(server, "/api/files?limit=200");
      this.files = data.map((f: any) => ({ id: f.id, type: f.type }));
      return this.files.length === count;
    });
  }

  /** Ends when the server is dead. */
  async workWith(server: Server): Promise<void> {
    const one = async () => {
      for (;;) {
        try {
          await this.act(server);
        } catch {
          return;
        }
        await Bun.sleep(this.random() * 30);
      }
    };
    await Promise.all([one(), one(), one()]);
  }

  private async act(server: Server): Promise<void> {
    const dice = this.random();
    const id = this.recent();
    if (dice < 0.45 || id === undefined) return this.enqueue(server);
    if (dice < 0.55) return this.cancel(server, id);
    if (dice < 0.6) return this.remove(server, id);
    if (dice < 0.66) return this.prioritise(server, id);
    if (dice < 0.86) {
      const verb = ["pause", "resume", "retry", "pause"][Math.floor(this.random() * 4)]!;
      this.touch(id);
      if (verb === "retry") this.cancelled.delete(id);
      const body = verb === "pause" && this.random() < 0.5 ? { forS: 1 } : undefined;
      return void (await this.ask(server, "POST", `/api/media/jobs/${id}/${verb}`, body));
    }
    const [method, path, body] = this.oneOf<[string, string, unknown?]>([
      ["POST", "/api/media/jobs/bulk", { action: "retry", filter: { status: "failed" } }],
      ["POST", "/api/media/jobs/bulk", { action: "pause", filter: { queue: "hash" }, params: { forS: 1 } }],
      ["POST", "/api/media/jobs/bulk", { action: "resume", filter: { status: "paused" } }],
      ["POST", "/api/media/jobs/bulk", { action: "acknowledge", filter: { status: "failed" } }],
      ["POST", "/api/queues/thumbnail/run"],
      ["POST", "/api/queues/video-transcode/run"],
      ["POST", "/api/queues/metadata/cancel"],
      ["POST", "/api/queues/hash/retry-failed"],
      ["PATCH", "/api/queues/thumbnail", { isPaused: true, pauseForS: 1, mode: "freeze" }],
      ["POST", "/api/actions/pause-all", { forS: 1, mode: "freeze" }],
      ["POST", "/api/actions/resume-all"],
      ["POST", "/api/actions/restart-workers"],
    ]);
    await this.ask(server, method, path, body);
  }

  private async enqueue(server: Server): Promise<void> {
    const file = this.oneOf(this.files);
    const type = this.oneOf(kinds[file.type]!);
    const answer = await this.ask(server, "POST", "/api/media/jobs", {
      type,
      params: { fileId: Number(file.id) || file.id },
      priority: 1 + Math.floor(this.random() * 10),
      ...(this.random() < 0.1 ? { runAt: new Date(Date.now() + 1_000).toISOString() } : {}),
    });
    if (answer.status === 201) this.created.add(((await answer.json()) as { id: string }).id);
    else if (answer.status !== 200 && answer.status !== 409)
      this.faults.push(`Enqueueing ${type} answered ${answer.status}: ${await answer.text()}`);
  }

  private async cancel(server: Server, id: string): Promise<void> {
    const turn = this.touch(id);
    const { status } = await this.ask(server, "POST", `/api/media/jobs/${id}/cancel`);
    if (status === 200 && this.touched.get(id) === turn) this.cancelled.add(id);
  }

  private async remove(server: Server, id: string): Promise<void> {
    this.touch(id);
    this.perhapsRemoved.add(id);
    const { status } = await this.ask(server, "DELETE", `/api/media/jobs/${id}`);
    this.perhapsRemoved.delete(id);
    if (status === 204) this.removed.add(id);
  }

  private async prioritise(server: Server, id: string): Promise<void> {
    const turn = this.touch(id);
    const priority = 1 + Math.floor(this.random() * 10);
    this.priorities.delete(id);
    const { status } = await this.ask(server, "PATCH", `/api/media/jobs/${id}`, { priority });
    if (status === 200 && this.touched.get(id) === turn) this.priorities.set(id, priority);
  }

  /** What somebody else does to it at the same time makes the outcome uncertain. */
  private touch(id: string): number {
    const turn = (this.touched.get(id) ?? 0) + 1;
    this.touched.set(id, turn);
    return turn;
  }

  private recent(): string | undefined {
    const last = [...this.created].slice(-60);
    return last[Math.floor(this.random() * last.length)];
  }

  /** Nothing is paused or put off any more; answers when nothing is left to do. */
  async finishEverything(server: Server): Promise<void> {
    await this.change(server, "POST", "/api/actions/resume-all");
    await this.change(server, "POST", "/api/media/jobs/bulk", {
      action: "resume",
      filter: { status: "paused" },
    });
    await within(240_000, "everything is done", async () => {
      const stats = await this.get(server, "/api/media/jobs/stats");
      if (stats.delayed > 0) {
        // Retries wait for minutes.
        const { data } = await this.get(server, "/api/media/jobs?status=pending&limit=200");
        for (const job of data.filter((j: any) => j.retryAfter !== null || j.runAt))
          await this.ask(server, "POST", `/api/media/jobs/${job.id}/cancel`).then((a) => {
            if (a.status === 200) this.cancelled.add(job.id);
          });
      }
      return stats.pending + stats.queued + stats.running + stats.paused === 0;
    });
    const { data } = await this.get(server, "/api/operations?limit=200");
    for (const { id, status } of data)
      if (status === "running" || status === "pending")
        this.faults.push(`Operation ${id} still counts as ${status}.`);
    const listed = await this.get(server, "/api/media/jobs?status=failed&limit=1");
    this.failedListed = listed.pagination.total;
    // The sweep of the start has had its time.
    await Bun.sleep(1_500);
  }

  failedListed = 0;

  private oneOf<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  private async change(server: Server, method: string, path: string, body?: unknown): Promise<void> {
    const answer = await this.ask(server, method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }

  private async get(server: Server, path: string): Promise<any> {
    const answer = await this.ask(server, "GET", path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  private async ask(
    server: Server,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    // An answer that is not whole is none.
    const text = await answer.arrayBuffer();
    this.answered++;
    if (answer.status >= 500)
      this.faults.push(`${method} ${path} answered ${answer.status}: ${new TextDecoder().decode(text)}`);
    return new Response(answer.status === 204 ? null : text, answer);
  }
}

async function within(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}.`);
    await Bun.sleep(200);
  }
}
