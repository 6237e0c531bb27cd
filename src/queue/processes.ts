// The processes that a run has started. The queue knows them only by the run's abort signal; whoever starts processes
// (`media/process.ts`) keeps the books.

export interface RunProcesses {
  /** Stops every process of the run where it is, and those that it starts later. */
  freeze(): void;
  thaw(): void;
  /** CPU time in milliseconds that all of them have used so far; undefined where the system does not say. Never shrinks. */
  cpuMs(): number | undefined;
}

export type ProcessesOf = (signal: AbortSignal) => RunProcesses;
