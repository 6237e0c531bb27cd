// What the installed ffmpeg can do. A build without a codec or filter is common on NAS systems; jobs choose by this.

import { diesWithServer, runTool } from "./process.ts";

export interface Capabilities {
  /** Null when the program is missing or does not run; `fault` says why. */
  ffmpegVersion: string | null;
  ffprobeVersion: string | null;
  fault: string | null;
  encoders: Set<string>;
  decoders: Set<string>;
  filters: Set<string>;
  hwaccels: string[];
  /** HDR to SDR in good colours needs both filters. */
  toneMapping: boolean;
  /** Children are killed by the kernel when the server dies, whatever kills it. */
  diesWithServer: boolean;
}

export async function detectCapabilities(ffmpegPath: string, ffprobePath: string): Promise<Capabilities> {
  const found: Capabilities = {
    ffmpegVersion: null,
    ffprobeVersion: null,
    fault: null,
    encoders: new Set(),
    decoders: new Set(),
    filters: new Set(),
    hwaccels: [],
    toneMapping: false,
    diesWithServer: diesWithServer(),
  };
  try {
    found.ffmpegVersion = versionOf(await ask(ffmpegPath, "-version"));
    found.ffprobeVersion = versionOf(await ask(ffprobePath, "-version"));
    found.encoders = names(await ask(ffmpegPath, "-encoders"), codecLine);
    found.decoders = names(await ask(ffmpegPath, "-decoders"), codecLine);
    found.filters = names(await ask(ffmpegPath, "-filters"), filterLine);
    found.hwaccels = (await ask(ffmpegPath, "-hwaccels"))
      .split("\n")
      .slice(1)
      .map((l) => l.trim())
      .filter(Boolean);
    found.toneMapping = found.filters.has("zscale") && found.filters.has("tonemap");
  } catch (error) {
    found.fault = (error as Error).message;
  }
  return found;
}

const codecLine = /^ [VAS][.A-Z]{5} (\S+)/gm;
const filterLine = /^ [.A-Z]{2,3} (\S+) +\S+->\S+/gm;

async function ask(command: string, what: string): Promise<string> {
  const finished = await runTool(command, ["-hide_banner", what], { timeoutMs: 15_000 });
  return new TextDecoder().decode(finished.stdout);
}

function versionOf(text: string): string | null {
  return /version (\S+)/.exec(text)?.[1] ?? null;
}

function names(text: string, line: RegExp): Set<string> {
  return new Set([...text.matchAll(line)].map((m) => m[1]!).filter((name) => name !== "="));
}
