import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { childEnvironment, runTool, startTool } from "../../src/media/process.ts";
import { JobFailure } from "../../src/runtime/errors.ts";
import { stateOf, until } from "../support/processes.ts";

// Machines that build for others are slow.
setDefaultTimeout(30_000);

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a tool", () => {
  test("answers its exit code, its output, and the end of what it complained about, verbatim", async () => {
    const finished = await runTool("sh", ["-c", "echo out; echo ' a\tb ' >&2; exit 3"]);
    expect(finished.exitCode).toBe(3);
    expect(decode(finished.stdout)).toBe("out\n");
    expect(finished.stderrTail).toBe(" a\tb \n");
  });

  test("keeps only the last 8 KB of complaints", async () => {
    const finished = await runTool("sh", ["-c", "yes 0123456789 | head -n 5000 >&2; printf END >&2"]);
    expect(finished.stderrTail.length).toBe(8192);
    expect(finished.stderrTail.endsWith("\nEND")).toBe(true);
  });

  test("gets its arguments as they are: no shell reads them", async () => {
    const odd = "a b'\"$(touch /tmp/x);名前";
    expect(decode((await runTool("printf", ["%s", odd])).stdout)).toBe(odd);
  });

  test("hands out whole lines, however the pieces fall", async () => {
    const lines: string[] = [];
    await runTool("printf", ["one\\ntwo\\r\\nthr\\303\\251e"], { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(["one", "two", "thrée"]);
  });

  test("that is not installed is tool.missing", async () => {
    expect(await codeOf(runTool("no-such-tool-here", []))).toBe("tool.missing");
  });

  test("that a signal ended is tool.crashed", async () => {
    expect(await codeOf(runTool("sh", ["-c", "kill -SEGV $$"]))).toBe("tool.crashed");
    expect(await codeOf(runTool("sh", ["-c", "kill -KILL $$"]))).toBe("tool.crashed");
  });

  test("that finds no space is disk.full", async () => {
    expect(await codeOf(runTool("sh", ["-c", "echo 'x: No space left on device' >&2; exit 1"]))).toBe(
      "disk.full",
    );
  });

  test("that takes too long, or says nothing for too long, is tool.timeout", async () => {
    expect(await codeOf(runTool("sleep", ["60"], { timeoutMs: 30 }))).toBe("tool.timeout");
    expect(await codeOf(runTool("sleep", ["60"], { silenceMs: 30 }))).toBe("tool.timeout");
  });

  test("that prints more than it may is ended", async () => {
    expect(await codeOf(runTool("yes", [], { maxStdoutBytes: 1000 }))).toBe("internal");
  });

  test("inherits none of the server's own settings", () => {
    process.env.SPROCKET_TEST_SECRET = "x";
    process.env.BUN_BE_BUN = "1";
    expect(Object.keys(childEnvironment())).not.toContain("SPROCKET_TEST_SECRET");
    expect(Object.keys(childEnvironment())).not.toContain("BUN_BE_BUN");
    delete process.env.SPROCKET_TEST_SECRET;
    delete process.env.BUN_BE_BUN;
  });
});

describe("an abort", () => {
  test("kills the tool and everything it started, even if it ignores SIGTERM", async () => {
    const abort = new AbortController();
    const pids: number[] = [];
    const tool = startTool(
      "sh",
      ["-c", "trap '' TERM; sleep 300 & echo $!; sleep 300 & echo $!; wait; wait; wait"],
      {
        signal: abort.signal,
        onLine(line) {
          pids.push(Number(line));
          if (pids.length === 2) abort.abort(new DOMException("cancelled", "AbortError"));
        },
      },
    );
    expect(await tool.done.catch((e) => e.name)).toBe("AbortError");
    await Promise.all([tool.pid, ...pids].map(gone));
  });

  test("before the start starts nothing", async () => {
    expect(await runTool("sleep", ["300"], { signal: AbortSignal.abort() }).catch((e) => e.name)).toBe(
      "AbortError",
    );
  });

  test("ends a frozen tool too", async () => {
    const abort = new AbortController();
    const tool = startTool("sleep", ["300"], { signal: abort.signal });
    tool.freeze();
    await until(() => stateOf(tool.pid) === "T");
    abort.abort();
    await tool.done.catch(() => {});
    await gone(tool.pid);
  });
});

test("freezing stops the work and thawing lets it go on", async () => {
  const tool = startTool("sleep", ["0.05"], { silenceMs: 60_000 });
  tool.freeze();
  await until(() => stateOf(tool.pid) === "T");
  tool.thaw();
  expect((await tool.done).exitCode).toBe(0);
});

describe.skipIf(!Bun.which("setpriv"))("when the server is killed with SIGKILL", () => {
  let pid = 0;
  afterAll(() => {
    if (pid && existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
  });

  test("its tools die with it", async () => {
    const module = new URL("../../src/media/process.ts", import.meta.url).pathname;
    const script = `const { startTool } = await import(${JSON.stringify(module)});
      const tool = startTool("sh", ["-c", "echo started; exec sleep 300"], { onLine: () => console.log(tool.pid) });
      await tool.done;`;
    const server = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    const { value } = await server.stdout.getReader().read();
    pid = Number(decode(value!));
    expect(stateOf(pid)).not.toBe("");
    server.kill("SIGKILL");
    await gone(pid);
  });
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (e) => e,
  );
  expect(error).toBeInstanceOf(JobFailure);
  return error.code;
}

const gone = (pid: number) => until(() => ["", "Z"].includes(stateOf(pid)));
