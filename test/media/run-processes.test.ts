// The tools of one run, taken together by its signal.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { processesOf, runTool, startTool } from "../../src/media/process.ts";
import { groupOf, stateOf, until } from "../support/processes.ts";

// Machines that build for others are slow.
setDefaultTimeout(30_000);

const aborts: AbortController[] = [];
const newRun = () => {
  const abort = new AbortController();
  aborts.push(abort);
  return { abort, signal: abort.signal, processes: processesOf(abort.signal) };
};
afterEach(() => {
  for (const abort of aborts.splice(0)) abort.abort(new DOMException("over", "AbortError"));
});
/** A tool that keeps one core busy, and whose failure nobody looks at. */
const busy = (signal: AbortSignal) => start(signal, "while :; do :; done");
const start = (signal: AbortSignal, script: string) => {
  const tool = startTool("sh", ["-c", script], { signal });
  tool.done.catch(() => {});
  return tool;
};
const allAre = (leader: number, state: string) => {
  const group = groupOf(leader);
  return group.length > 0 && group.every((pid) => stateOf(pid) === state);
};

describe("freezing a run", () => {
  test("stops all its tools with what they have started, and nobody else's", async () => {
    const mine = newRun();
    const other = newRun();
    const first = start(mine.signal, "sleep 300 & sleep 300 & wait");
    const second = start(mine.signal, "sleep 300 & wait");
    const stranger = start(other.signal, "sleep 300 & wait");
    await until(() => groupOf(first.pid).length === 3 && groupOf(second.pid).length === 2);
    mine.processes.freeze();
    await until(() => allAre(first.pid, "T") && allAre(second.pid, "T"));
    expect(stateOf(stranger.pid)).not.toBe("T");
    mine.processes.thaw();
    await until(() => !["T", ""].includes(stateOf(first.pid)) && !["T", ""].includes(stateOf(second.pid)));
  });

  test("lets tools that it starts later begin only when it is thawed", async () => {
    const { signal, processes } = newRun();
    processes.freeze();
    const lines: string[] = [];
    const ran = runTool("sh", ["-c", "echo begun"], { signal, onLine: (line) => lines.push(line) });
    // Long enough for one that was not held back: it would have come and gone.
    await runTool("sh", ["-c", "echo other"], {});
    expect(lines).toEqual([]);
    processes.thaw();
    expect((await ran).exitCode).toBe(0);
    expect(lines).toEqual(["begun"]);
  });

  test("lets go of tools that wait to begin when it is over", async () => {
    const { abort, signal, processes } = newRun();
    processes.freeze();
    const ran = runTool("sh", ["-c", "echo begun"], { signal }).catch((error) => error.name);
    abort.abort(new DOMException("cancelled", "AbortError"));
    expect(await ran).toBe("AbortError");
  });

  test("stops one that has just been started only when it would die with this process", async () => {
    const { signal, processes } = newRun();
    const tool = startTool("sleep", ["300"], { signal });
    tool.done.catch(() => {});
    processes.freeze();
    await until(() => stateOf(tool.pid) === "T");
    expect(readFileSync(`/proc/${tool.pid}/comm`, "utf8").trim()).not.toBe("setpriv");
  });

  test("takes no time from a tool that may not be silent for long", async () => {
    const { signal, processes } = newRun();
    const tool = startTool("sh", ["-c", "sleep 0.05; echo done"], {
      signal,
      silenceMs: 1000,
      timeoutMs: 1500,
    });
    processes.freeze();
    const frozenAt = performance.now();
    await until(() => performance.now() - frozenAt > 650);
    expect(stateOf(tool.pid)).toBe("T");
    processes.thaw();
    expect((await tool.done).exitCode).toBe(0);
  });
});

describe("an abort within two seconds leaves no process", () => {
  const stubborn = "trap '' TERM; sleep 300 & sleep 300 & while :; do wait; done";
  const deadline = async (leader: number, abort: AbortController, done: Promise<unknown>) => {
    await until(() => groupOf(leader).length === 3);
    const abortedAt = performance.now();
    abort.abort(new DOMException("cancelled", "AbortError"));
    await until(() => groupOf(leader).length === 0);
    expect(performance.now() - abortedAt).toBeLessThan(2000);
    expect(await done.catch((error) => error.name)).toBe("AbortError");
  };

  test("of tools that ignore being asked", async () => {
    const { abort, signal } = newRun();
    const tool = start(signal, stubborn);
    await deadline(tool.pid, abort, tool.done);
  });

  test("of frozen ones", async () => {
    const { abort, signal, processes } = newRun();
    const tool = start(signal, stubborn);
    await until(() => groupOf(tool.pid).length === 3);
    processes.freeze();
    await until(() => allAre(tool.pid, "T"));
    await deadline(tool.pid, abort, tool.done);
  });

  test("of ones whose leader is gone already", async () => {
    const { signal } = newRun();
    const tool = start(signal, "sleep 300 & sleep 300 & exit 0");
    expect((await tool.done) as object).toMatchObject({ exitCode: 0 });
    await until(() => groupOf(tool.pid).length === 0, 2000);
  });
});

describe.skipIf(process.platform !== "linux")("CPU time of a run", () => {
  test("grows while its tools work, also in what they have started, and stands still while they are frozen", async () => {
    const mine = newRun();
    const other = newRun();
    const tool = start(mine.signal, "(while :; do :; done) & wait");
    await until(() => mine.processes.cpuMs()! >= 50);
    mine.processes.freeze();
    await until(() => allAre(tool.pid, "T"));
    await until(() => stable(mine.processes.cpuMs));
    const frozen = mine.processes.cpuMs()!;
    busy(other.signal);
    await until(() => other.processes.cpuMs()! >= 150);
    expect(mine.processes.cpuMs()).toBe(frozen);
    mine.processes.thaw();
    await until(() => mine.processes.cpuMs()! > frozen);
  });

  test("keeps what ended tools have used, and is nothing where none ever ran", async () => {
    const { signal, processes } = newRun();
    expect(processes.cpuMs()).toBe(0);
    await startTool("sh", ["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"], { signal }).done;
    const ended = processes.cpuMs()!;
    expect(ended).toBeGreaterThan(0);
    const next = startTool("true", [], { signal });
    expect(processes.cpuMs()).toBeGreaterThanOrEqual(ended);
    await next.done;
    expect(processes.cpuMs()).toBeGreaterThan(ended);
  });
});

/** A look is good for a tenth of a second: waits until it is a new one. */
let last: { at: number; value: number } | undefined;
function stable(cpuMs: () => number | undefined): boolean {
  const value = cpuMs()!;
  if (last?.value !== value) last = { at: performance.now(), value };
  return performance.now() - last.at > 150;
}
