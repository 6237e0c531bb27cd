// The failed log has every failure with its message, cleared or not, newest first, and nothing that completed.

import { expect, test } from "bun:test";
import { openSqliteFailedLog } from "../../src/history/failed-log.sqlite.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { testKind, testQueue } from "../support/queue.ts";

async function failed() {
  const kinds = ["first", "second"].map((name, i) =>
    testKind({
      name,
      queue: ["a", "b"][i],
      maxRetries: 0,
      about: (p: { n: number }) => ({ type: "file", id: p.n, label: `f${p.n}.mp4`, group: (p.n % 2) + 1 }),
      act: ({ params }) => {
        if (params.n !== 0)
          throw new GiveUp(params.n > 2 ? "input.truncated" : "input.missing", `no ${params.n}`);
      },
    }),
  );
  const q = testQueue(kinds);
  q.worker.start();
  for (const [i, kind] of ["first", "second", "first", "second", "first"].entries()) {
    await q.queue.enqueue(kind, { n: i });
    await q.clock.advance(1000);
  }
  await q.worker.stop();
  return { ...q, log: openSqliteFailedLog(q.sqlite) };
}

test("newest first, with code and message", async () => {
  const { log, store, clock } = await failed();
  await store.move(2, "acknowledge", "Olga", clock.now());
  const all = log.list({}, 10);
  expect(all.map((f) => f.message)).toEqual(["no 4", "no 3", "no 2", "no 1"]);
  expect(all[0]).toMatchObject({
    id: 5,
    queue: "a",
    kind: "first",
    fileId: 4,
    label: "f4.mp4",
    code: "input.truncated",
    attempts: 1,
    acknowledgedAt: null,
  });
  expect(all[3]!.acknowledgedAt).toEqual(new Date(clock.now()));
});

test("narrowed by queue, kind, code, time and hidden libraries", async () => {
  const { log } = await failed();
  const messages = (filter: Parameters<typeof log.list>[0]) => log.list(filter, 10).map((f) => f.message);
  expect(messages({ queue: "b" })).toEqual(["no 3", "no 1"]);
  expect(messages({ kind: "first" })).toEqual(["no 4", "no 2"]);
  expect(messages({ queue: "b", kind: "first" })).toEqual([]);
  expect(messages({ code: "input.missing" })).toEqual(["no 2", "no 1"]);
  expect(messages({ hideGroups: [1] })).toEqual(["no 3", "no 1"]);
  const third = log.list({}, 10)[1]!.finishedAt;
  expect(messages({ from: third })).toEqual(["no 4", "no 3"]);
  expect(messages({ to: third })).toEqual(["no 2", "no 1"]);
});

test("an export goes on where a batch ended", async () => {
  const { log } = await failed();
  const ids = [...log.batches({}, 2)].map((batch) => batch.map((f) => f.id));
  expect(ids).toEqual([
    [5, 4],
    [3, 2],
  ]);
});

test("a page does not look at what completed, nor a queue's at other queues", async () => {
  const { log, sqlite } = await failed();
  const plans: string[] = [];
  const query = sqlite.query.bind(sqlite);
  sqlite.query = ((text: string) => {
    if (/FROM finished/.test(text) && !text.includes("JOIN"))
      plans.push(
        (
          query(`EXPLAIN QUERY PLAN ${text}`).all(...Array(text.split("?").length - 1).fill(1)) as {
            detail: string;
          }[]
        )
          .map((p) => p.detail)
          .join(),
      );
    return query(text);
  }) as typeof sqlite.query;
  log.list({}, 20);
  log.list({ queue: "a" }, 20);
  expect(plans[0]).toContain("finished_failed");
  expect(plans[1]).toContain("finished_list (lane=? AND state=?)");
  expect(plans.join()).not.toContain("TEMP B-TREE");
});
