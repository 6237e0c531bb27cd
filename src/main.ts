// The entry of the executable. It loads nothing by itself, so that the native child starts in a few milliseconds
// without the server's code; `src/cli/server.ts` is where everything is joined.

if (process.argv[2] === "native-child") {
  (await import("./media/native-child.ts")).runNativeChild();
} else {
  const { runCli } = await import("./cli/cli.ts");
  process.exitCode = await runCli(process.argv.slice(2));
}

export {};
