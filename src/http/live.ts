// The live part of pages: one stream per open page, of unnamed server-sent messages full of `<hx-partial>`s. A connection
// starts with everything, then gets only what changed. Readers of the same view share one channel, and all of them one
// look at the store; events only say when to look.

import type { Context } from "hono";
import type { App, Env } from "./context.ts";

export interface Fragment {
  /** A selector of one element by id: also the fragment's name. */
  target: string;
  swap: "outerMorph" | "innerMorph";
  markup: unknown;
  /** Sent again when this differs; default: the markup. */
  stamp?: string;
  /** What the markup shows: while it is the very same thing, nobody renders it again. */
  of?: object;
  /** Sent at most this often. */
  everyMs?: number;
  /** Part of a larger fragment that brings it the first time. */
  within?: boolean;
}

export interface View<Shared> {
  /** Connections with the same key see the same. */
  key: string;
  /** It shows nothing that is for owners alone. */
  forMembers?: boolean;
  fragments(shared: Shared): Promise<Fragment[]>;
}

interface Sent {
  stamp: string;
  of: object | undefined;
  at: number;
}

interface Channel<Shared> {
  view: View<Shared>;
  sent: Map<string, Sent>;
  /** Parts of a larger one that went: a list that somebody holds still shows them. */
  left: Set<string>;
  readers: Set<Reader>;
}

interface Reader {
  send(bytes: Uint8Array): void;
  close(): void;
  /** Asked now and then: a session may have ended. */
  mayStay(): Promise<boolean>;
}

/** At most so many messages a second reach a browser: each waits for the swap before it. */
const shortestMs = 300;
/** Looks even without an event: another process may have written, and a delayed job becomes due by itself. */
const longestMs = 2000;
/** Messages that wait for a browser that does not take them. It comes back by itself and gets everything anew. */
const mostUnread = 40;
/** More rows than a list shows. */
const mostLeft = 200;
/** Below Bun's default idle timeout of 10 s, should the server not lift it. */
const heartbeatMs = 8000;

export class LiveViews<Shared> {
  private readonly channels = new Map<string, Channel<Shared>>();
  private readonly bootId = Math.random().toString(36).slice(2, 8);
  private sequence = 0;
  private isDirty = false;
  private isLooking = false;
  private lookedAt = 0;
  private forget: (() => void) | undefined;
  private unsubscribe: (() => void) | undefined;
  private beatAt = 0;

  constructor(
    private readonly app: Pick<App, "events" | "clock" | "log" | "accounts">,
    private readonly shared: () => Promise<Shared>,
  ) {}

  get readers(): number {
    return [...this.channels.values()].reduce((n, c) => n + c.readers.size, 0);
  }

  /** Answers a request with the stream of a view. */
  stream(c: Context<Env>, view: View<Shared>): Response {
    liftIdleTimeout(c);
    let leave = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const reader: Reader = {
          send(bytes) {
            if ((controller.desiredSize ?? 0) < -mostUnread) controller.close();
            // Throws when it is closed.
            controller.enqueue(bytes);
          },
          close: () => controller.close(),
          mayStay: async () => {
            const identity = await this.app.accounts.identify(c.req.raw.headers);
            return identity?.user.role === "owner" || (view.forMembers === true && identity !== undefined);
          },
        };
        // Headers are flushed by the first bytes; the browser's connect timeout covers them.
        reader.send(encode("retry: 1000\n: hello\n\n"));
        leave = this.join(view, reader);
      },
      cancel: () => leave(),
    });
    c.req.raw.signal.addEventListener("abort", () => leave(), { once: true });
    return new Response(body, {
      headers: {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        // nginx would hold messages back until its buffer is full.
        "X-Accel-Buffering": "no",
      },
    });
  }

  private join(view: View<Shared>, reader: Reader): () => void {
    const channel = this.channels.get(view.key) ?? {
      view,
      sent: new Map(),
      left: new Set(),
      readers: new Set(),
    };
    this.channels.set(view.key, channel);
    // What it missed is told with the next look; everything, since nothing was told yet.
    channel.sent.clear();
    channel.readers.add(reader);
    this.isDirty = true;
    this.unsubscribe ??= this.app.events.subscribe(() => {
      this.isDirty = true;
      this.schedule(Math.max(0, this.lookedAt + shortestMs - this.app.clock.now()), true);
    });
    this.schedule(0, true);
    return () => this.part(channel, reader);
  }

  private part(channel: Channel<Shared>, reader: Reader): void {
    channel.readers.delete(reader);
    // A reader may leave twice, and the second time its channel's name may stand for a newer one.
    if (channel.readers.size === 0 && this.channels.get(channel.view.key) === channel)
      this.channels.delete(channel.view.key);
    if (this.channels.size > 0) return;
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    this.forget?.();
    this.forget = undefined;
    this.isSoon = false;
  }

  private isSoon = false;

  private schedule(ms: number, soon: boolean): void {
    if (this.isLooking || (soon && this.isSoon)) return;
    this.forget?.();
    this.isSoon = soon;
    this.forget = this.app.clock.after(ms, () => {
      this.isSoon = false;
      void this.look();
    });
  }

  private async look(): Promise<void> {
    this.isLooking = true;
    this.isDirty = false;
    try {
      const shared = await this.shared();
      for (const channel of this.channels.values()) await this.tell(channel, shared);
      await this.beat();
    } catch (error) {
      this.app.log.warn("The live view could not be read", { error });
      this.sendAll(": waiting for the database\n\n");
    } finally {
      this.isLooking = false;
      this.lookedAt = this.app.clock.now();
      if (this.channels.size > 0) this.schedule(this.isDirty ? shortestMs : longestMs, this.isDirty);
    }
  }

  private async tell(channel: Channel<Shared>, shared: Shared): Promise<void> {
    const now = this.app.clock.now();
    const partials: string[] = [];
    const fragments = await channel.view.fragments(shared);
    const present = new Set(fragments.map((f) => f.target));
    for (const target of channel.sent.keys()) if (!present.has(target)) leave(channel, target);
    for (const { target, swap, markup, stamp, of, everyMs, within } of fragments) {
      const before = channel.sent.get(target);
      if (before && ((of && before.of === of) || before.stamp === stamp)) continue;
      const html = String(await markup);
      const mark = stamp ?? html;
      if (before?.stamp === mark) {
        before.of = of;
        continue;
      }
      if (before && everyMs && now - before.at < everyMs) {
        // Held back, not forgotten: the next look comes soon.
        this.isDirty = true;
        continue;
      }
      channel.sent.set(target, { stamp: mark, of, at: now });
      if (within && !before && !channel.left.delete(target)) continue;
      partials.push(`<hx-partial hx-target="${target}" hx-swap="${swap}">${html}</hx-partial>`);
    }
    if (partials.length === 0) return;
    const data = partials.join("").replaceAll(/\r?\n/g, "\ndata: ");
    // Once for all of them.
    const message = encode(`id: ${this.bootId}-${++this.sequence}\ndata: ${data}\n\n`);
    for (const reader of channel.readers) this.send(channel, reader, message);
  }

  private async beat(): Promise<void> {
    const now = this.app.clock.now();
    if (now - this.beatAt < heartbeatMs) return;
    this.beatAt = now;
    this.sendAll(": still here\n\n");
    for (const channel of this.channels.values())
      for (const reader of channel.readers) {
        if (await reader.mayStay()) continue;
        reader.close();
        this.part(channel, reader);
      }
  }

  private sendAll(text: string): void {
    const message = encode(text);
    for (const channel of this.channels.values())
      for (const reader of channel.readers) this.send(channel, reader, message);
  }

  private send(channel: Channel<Shared>, reader: Reader, message: Uint8Array): void {
    try {
      reader.send(message);
    } catch {
      this.part(channel, reader);
    }
  }
}

const encoder = new TextEncoder();
const encode = (text: string) => encoder.encode(text);

function leave(channel: Channel<never>, target: string): void {
  channel.sent.delete(target);
  channel.left.add(target);
  if (channel.left.size > mostLeft) channel.left.delete(channel.left.values().next().value!);
}

/** Bun closes a connection that is silent for `idleTimeout`; a stream is silent whenever nothing happens. */
function liftIdleTimeout(c: Context<Env>): void {
  const env = c.env as { server?: unknown; timeout?: unknown } | undefined;
  const server = (env && "server" in env ? env.server : env) as
    | { timeout?(request: Request, seconds: number): void }
    | undefined;
  server?.timeout?.(c.req.raw, 0);
}
