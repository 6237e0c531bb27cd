// Tries a media server once, for the one who enters its address and token.

import { type Address, playingOn, ServerFault, serverTypes, serverVersion } from "./media-server.ts";

export interface Trial {
  ok: boolean;
  /** For people, without a full stop. */
  detail: string;
  version?: string;
}

export async function tryServer(server: Address): Promise<Trial> {
  const label = serverTypes[server.type];
  try {
    // One after the other: the first fault is the one to be told.
    const sessions = await playingOn(server);
    // An older server, or a proxy, may hide what is not needed for yielding.
    const version = await serverVersion(server).catch(() => undefined);
    const players = sessions.length === 0 ? "nobody plays anything now" : `${sessions.length} playing now`;
    return { ok: true, detail: `${label}${version ? ` ${version}` : ""} answers; ${players}`, version };
  } catch (error) {
    if (error instanceof ServerFault) return { ok: false, detail: error.message };
    throw error;
  }
}
