// The processes that a run has started, as the queue and whoever starts them (`media/run-processes.ts` keeps the books) agree
// on them. The queue knows them only by the run's abort signal.

export interface RunProcesses {
  /** Stops every process of the run where it is, and those that it starts later. */
  freeze(): void;
  thaw(): void;
  /** CPU time in milliseconds that all of them have used so far; undefined where the system does not say. Never shrinks. */
  cpuMs(): number | undefined;
}

export type ProcessesOf = (signal: AbortSignal) => RunProcesses;
