// The whole web side with a worker and kinds that wait for the test, on a real port for a real browser.

import { z } from "zod";
import { createApp } from "../../src/http/app.ts";
import { aboutFile, fileId } from "../../src/jobs/input-file.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { Catalogue, type JobKind, type Run } from "../../src/queue/kind.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { ownerInput, type TestApp, testApp } from "./app.ts";

export interface JobsSite {
  app: TestApp;
  origin: string;
  /** The run of a job that is under way; it goes on until `finish`. */
  run(id: number): Promise<{ job: Run; finish(): void }>;
  /** The web server goes away, as in a restart; it comes back under the same address. */
  goAway(): Promise<void>;
  comeBack(): void;
  close(): Promise<void>;
}

const encodeParams = z.strictObject({
  fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }),
  crf: z.int().min(1).max(51).optional().meta({ title: "Quality" }),
  preset: z.enum(["fast", "slow"]).default("fast"),
  sound: z.boolean().default(true),
});

/** Kind `hold` runs until the test ends it, `fail` gives up at once, `quick` is done at once, `encode` takes a film. */
export async function jobsSite(): Promise<JobsSite> {
  const runs = new Map<number, { job: Run; finish(): void }>();
  const waiting = new Map<number, () => void>();
  const kinds = [
    kind("hold", "thumbnail", {
      run: (job) =>
        new Promise<void>((resolve, reject) => {
          runs.set(job.id, { job: job as Run, finish: resolve });
          job.signal.addEventListener("abort", () => reject(new Error("stopped")));
          waiting.get(job.id)?.();
        }),
    }),
    kind("fail", "hash", {
      run: () => {
        throw new GiveUp("input.truncated", "moov atom not found");
      },
    }),
    kind("quick", "metadata", {
      run: async (job) => job.log("done"),
      pending: async function* () {
        for (const n of [1, 2, 3]) yield { n };
      },
      dedupKey: (p: { n: number }) => String(p.n),
    }),
    kind("encode", "thumbnail", {
      params: encodeParams,
      about: aboutFile,
      dedupKey: (p: { fileId: number }) => String(p.fileId),
    }),
  ];
  const queues = [...new Set(kinds.map((k) => k.queue))].map((name) => ({
    name,
    section: "Test",
    description: `What ${name} does`,
    weight: 10,
    base: 1,
  }));
  const app = await testApp({ catalogue: new Catalogue<Tools>(queues, kinds) });
  // Browsers have a clock of their own: the server's goes along with it.
  await app.clock.advance(Date.now() - app.clock.now());
  const pump = setInterval(() => void app.clock.advance(Math.max(0, Date.now() - app.clock.now())), 20);
  const site = createApp(app);
  const listen = (port: number) =>
    Bun.serve({ port, hostname: "127.0.0.1", fetch: (request, self) => site.fetch(request, self) });
  let server = listen(0);
  const port = server.port!;
  await app.accounts.createUser({ ...ownerInput, role: "owner" });
  app.worker.start();
  return {
    app,
    origin: `http://127.0.0.1:${port}`,
    async run(id) {
      if (!runs.has(id)) await new Promise<void>((resolve) => waiting.set(id, resolve));
      return runs.get(id)!;
    },
    goAway: () => server.stop(true),
    comeBack() {
      server = listen(port);
    },
    async close() {
      for (const { finish } of runs.values()) finish();
      await server.stop(true);
      await app.worker.stop();
      clearInterval(pump);
      await app.close();
    },
  };
}

function kind(name: string, queue: string, rest: Partial<JobKind<any, Tools>>): JobKind<any, Tools> {
  return {
    name,
    label: `Kind ${name}`,
    description: `A kind that tests ${name}`,
    queue,
    category: "cpu",
    params: z.looseObject({}),
    maxRetries: 0,
    stuckAfterS: 600,
    about: (p: { n?: number }) => ({ type: "none", id: null, label: `${name} ${p.n ?? ""}`.trim() }),
    dedupKey: () => null,
    run: async () => {},
    ...rest,
  };
}
