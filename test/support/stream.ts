// A page's stream as a browser reads it, on a clock that the test steps.

import type { Browser, TestApp } from "./app.ts";
import { settled } from "./fake-clock.ts";

export interface Watched {
  status: number;
  /** Everything since the last call, once the text is among it; the clock goes on meanwhile. */
  until(text: string): Promise<string>;
  leave(): Promise<void>;
}

export async function watch({ clock }: TestApp, by: Browser, path: string): Promise<Watched> {
  const answer = await by("GET", path, undefined, { accept: "text/event-stream" });
  const reader = answer.body!.getReader();
  let arrived = "";
  void (async () => {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) break;
      arrived += new TextDecoder().decode(value);
    }
  })();
  return {
    status: answer.status,
    async until(text) {
      const giveUpAt = Date.now() + patienceMs;
      let steppedAt = 0;
      for (let steps = 0; !arrived.includes(text) && Date.now() < giveUpAt; steps++) {
        // A look reads files and asks the system: that takes real time, and hardly more of the test's. Yet the next look may
        // still be to come, when the one before took long.
        if (steps < mostSteps || Date.now() - steppedAt > 500) {
          steppedAt = Date.now();
          await clock.advance(100);
        }
        await settled();
      }
      if (!arrived.includes(text)) throw new Error(`${path} did not bring ${text}, but ${arrived}`);
      const all = arrived;
      arrived = "";
      return all;
    },
    leave: () => reader.cancel(),
  };
}

/** Of 100 ms each: more than the 2 s after which a stream looks by itself. */
const mostSteps = 60;
const patienceMs = 20_000;
