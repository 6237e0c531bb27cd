// `sprocket serve`: the server as a process. First signal: stop cleanly. Second: end at once.

import { type Flags, readConfig } from "../runtime/config.ts";
import { createLogger } from "../runtime/log.ts";
import { checkFirstFolders } from "./folders.ts";

/** Running jobs are handed back within 8 s; whatever still holds on then is left to the kernel. */
const stopWithinMs = 9_500;

export async function serve(folders: string[], flags: Flags): Promise<never> {
  const config = readConfig(flags);
  await checkFirstFolders(config.dataFolder, folders);
  const log = createLogger(config.log, config.logLevel);
  const asked = Promise.withResolvers<{ exitCode: number }>();
  let signals = 0;
  // PID 1 of a container has no default handlers: without these a signal would do nothing there.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => {
      if (++signals > 1) process.exit(1);
      log.info(`${signal}: stopping`);
      asked.resolve({ exitCode: 0 });
    });
  process.on("unhandledRejection", (error) => log.error("unhandled rejection", { error }));
  process.on("uncaughtException", (error) => {
    log.error("uncaught exception; stopping", { error });
    asked.resolve({ exitCode: 1 });
  });

  const { startServer } = await import("./server.ts");
  const server = await startServer(config, folders, log);
  const { exitCode } = await asked.promise;
  setTimeout(() => process.exit(exitCode), stopWithinMs);
  await server.stop();
  log.info("stopped");
  process.exit(exitCode);
}
