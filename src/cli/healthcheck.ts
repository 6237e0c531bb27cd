// `sprocket healthcheck`: asks the server that this configuration describes.

import { type Flags, readConfig } from "../runtime/config.ts";

export async function healthcheck(flags: Flags): Promise<number> {
  const url = `${localUrl(readConfig(flags))}/healthz`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    if (answer.ok) {
      console.log("ok");
      return 0;
    }
    process.stderr.write(`sprocket: ${url} answers ${answer.status}.\n`);
  } catch (error) {
    process.stderr.write(
      `sprocket: ${url} does not answer (${(error as Error).message.replace(/\.$/, "")}).\n`,
    );
  }
  return 1;
}

/** A server that listens on every address is reached by loopback. */
function localUrl({ host, port, basePath }: { host: string; port: number; basePath: string }): string {
  const name =
    host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}${basePath}`;
}
