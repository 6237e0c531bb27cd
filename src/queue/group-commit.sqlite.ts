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
      const values = this.commit(batch);
      for (const [i, w] of batch.entries()) w.resolve(values[i]);
    } catch (error) {
      // One bad write must not take its neighbours down: each gets a transaction of its own.
      if (batch.length === 1) batch[0]!.reject(error);
      else for (const w of batch) this.alone(w);
    }
  }

  private alone(w: Waiting): void {
    try {
      w.resolve(this.commit([w])[0]);
    } catch (error) {
      w.reject(error);
    }
  }

  private commit(batch: Waiting[]): unknown[] {
    if (this.durable) this.sqlite.run("PRAGMA synchronous = FULL");
    this.sqlite.run("BEGIN IMMEDIATE");
    try {
      const values = batch.map((w) => w.run());
      this.beforeCommit();
      this.sqlite.run("COMMIT");
      this.afterCommit(true);
      return values;
    } catch (error) {
      if (this.sqlite.inTransaction) this.sqlite.run("ROLLBACK");
      this.afterCommit(false);
      throw error;
    } finally {
      if (this.durable) this.sqlite.run("PRAGMA synchronous = NORMAL");
    }
  }
}
