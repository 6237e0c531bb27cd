// The listening socket. It opens before the app is ready and holds requests until it is.

import { CannotStart } from "../runtime/cannot-start.ts";
import type { Config } from "../runtime/config.ts";

type Fetch = (request: Request, server: Bun.Server<undefined>) => Response | Promise<Response>;

export interface Listening {
  url: string;
  port: number;
  serve(fetch: Fetch): void;
  stop(): Promise<void>;
}

/** Longer than the 30 s for which a caller may wait for a picture; live streams lift it for themselves. */
const idleTimeoutS = 120;

/** `CannotStart` when the address cannot be had. */
export function listen({ host, port }: Pick<Config, "host" | "port">): Listening {
  const ready = Promise.withResolvers<Fetch>();
  let serve: Fetch = async (request, server) => (await ready.promise)(request, server);
  let server: Bun.Server<undefined>;
  try {
    server = Bun.serve({
      hostname: host,
      port,
      idleTimeout: idleTimeoutS,
      // The pipeline sets the limits; an upload's only one is the disk.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => serve(request, server),
    });
  } catch (error) {
    throw new CannotStart(meaning(error as { code?: string; message: string }, host, port));
  }
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shown}:${server.port}`,
    port: server.port!,
    serve(fetch) {
      serve = fetch;
      ready.resolve(fetch);
    },
    // Open streams never end by themselves.
    stop: () => server.stop(true),
  };
}

function meaning({ code, message }: { code?: string; message: string }, host: string, port: number): string {
  if (code === "EADDRINUSE")
    return `Port ${port} on ${host} is in use by another program; stop it, or choose another with --port.`;
  if (code === "EACCES")
    return `Port ${port} needs rights this user does not have; choose one above 1023 with --port.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EINVAL")
    return `${host} is not an address of this machine; choose another with --host.`;
  return `Cannot listen on ${host} port ${port}: ${message.replace(/\.$/, "")}.`;
}
