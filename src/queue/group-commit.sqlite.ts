// One fsync for many callers: writes that arrive while the event loop is busy are committed together, and each caller
// hears of its own only once it is on disk. Single-threaded: a write's function runs whole, inside the transaction.

import type { Database } from "bun:sqlite";

interface Waiting {
  run: () => unknown;
  resolve: (value: any) => void;
  reject: (error: unknown) => void;
}

export class GroupCommit {
  private waiting: Waiting[] = [];
  private scheduled = false;

  /**
   * `durable`: on disk before anybody hears of it. `beforeCommit` runs inside the transaction after all writes; `afterCommit(ok)` when it is over.
   */
  constructor(
    private readonly sqlite: Database,
    private readonly durable: boolean,
    private readonly beforeCommit: () => void,
    private readonly afterCommit: (ok: boolean) => void,
  ) {}

  write<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ run, resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    this.scheduled = false;
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    try {
      this.settle(batch, batch.length > 1);
    } catch (error) {
      // Another program holds the database: one by one, each would wait as long again, and nothing else run meanwhile.
      if (isBusy(error)) for (const w of batch) w.reject(error);
      // One bad write must not take its neighbours down: each gets a transaction of its own.
      else for (const w of batch) this.settle([w]);
    }
  }

  /** `orThrow`: nobody hears of a failure, it is thrown. Once committed, nothing here may fail the batch again. */
  private settle(batch: Waiting[], orThrow = false): void {
    let values: unknown[];
    try {
      values = this.commit(batch);
    } catch (error) {
      this.afterCommit(false);
      if (orThrow) throw error;
      for (const w of batch) w.reject(error);
      return;
    }
    this.afterCommit(true);
    for (const [i, w] of batch.entries()) w.resolve(values[i]);
  }

  private commit(batch: Waiting[]): unknown[] {
    if (this.durable) this.sqlite.run("PRAGMA synchronous = FULL");
    try {
      this.sqlite.query("BEGIN IMMEDIATE").run();
      const values = batch.map((w) => w.run());
      this.beforeCommit();
      this.sqlite.query("COMMIT").run();
      return values;
    } finally {
      if (this.sqlite.inTransaction) this.sqlite.run("ROLLBACK");
      if (this.durable) this.sqlite.run("PRAGMA synchronous = NORMAL");
    }
  }
}

function isBusy(error: unknown): boolean {
  return (error as { code?: string }).code?.startsWith("SQLITE_BUSY") ?? false;
}
