// What is being played on a Jellyfin, Emby or Plex server, by its own HTTP API. One short question, no redirects followed;
// the token goes out in a header only and is in no message.

import type { PlaybackServer } from "../settings/yield.ts";

/** One session that plays now; paused ones are left out. */
export interface ServerSession {
  /** The server's own id for it. */
  id: string;
  who: string | null;
  title: string;
  isAudio: boolean;
  /** Where in the film it is, in the server's own unit; null where it does not say. */
  position: number | null;
}

export type ServerType = PlaybackServer["type"];
export type Address = Pick<PlaybackServer, "type" | "url" | "token">;

/** It did not answer as such a server does. The message is for people and names no secret. */
export class ServerFault extends Error {
  override name = "ServerFault";
}

export const serverTypes = { jellyfin: "Jellyfin", emby: "Emby", plex: "Plex" } as const;

const timeoutMs = 5_000;
const maxBytes = 4_000_000;

export async function playingOn(server: Address, signal?: AbortSignal): Promise<ServerSession[]> {
  const answer = await ask(server, server.type === "plex" ? "/status/sessions" : "/Sessions", signal);
  return server.type === "plex" ? plexSessions(answer) : embySessions(answer, serverTypes[server.type]);
}

/** Proves address and token; the version where the server tells it. */
export async function serverVersion(server: Address, signal?: AbortSignal): Promise<string | undefined> {
  const answer = await ask(server, server.type === "plex" ? "/identity" : "/System/Info", signal);
  const { MediaContainer, Version } = record(answer);
  const version = server.type === "plex" ? record(MediaContainer).version : Version;
  return typeof version === "string" ? version : undefined;
}

/** Jellyfin and Emby: a list of sessions, most of which only are connected. */
export function embySessions(answer: unknown, label: string): ServerSession[] {
  if (!Array.isArray(answer)) throw notLike(label);
  return answer.map(record).flatMap((session) => {
    const [item, state] = [record(session.NowPlayingItem), record(session.PlayState)];
    const isPlaying = typeof item.Name === "string" && state.IsPaused !== true;
    if (!isPlaying || item.Type === "Photo") return [];
    const title =
      text(item.SeriesName) === null
        ? item.Name
        : `${item.SeriesName}${episode(item.ParentIndexNumber, item.IndexNumber)}`;
    return {
      id: String(session.Id ?? session.DeviceId ?? title),
      who: text(session.UserName) ?? text(session.DeviceName),
      title: String(title),
      isAudio: item.MediaType === "Audio" || item.Type === "Audio",
      position: typeof state.PositionTicks === "number" ? state.PositionTicks : null,
    };
  });
}

/** Plex leaves `Metadata` out when nothing is played, and writes some numbers as text. */
export function plexSessions(answer: unknown): ServerSession[] {
  const container = record(answer).MediaContainer;
  if (typeof container !== "object" || container === null) throw notLike("Plex");
  const items = record(container).Metadata;
  return (Array.isArray(items) ? items : []).map(record).flatMap((item) => {
    const player = record(item.Player);
    const isPlaying = player.state === "playing" || player.state === "buffering";
    if (!isPlaying || item.type === "photo") return [];
    const isAudio = item.type === "track";
    const title =
      item.type === "episode" && text(item.grandparentTitle) !== null
        ? `${item.grandparentTitle}${episode(item.parentIndex, item.index)}`
        : (text(item.title) ?? "something");
    const position = Number(item.viewOffset ?? Number.NaN);
    return {
      id: String(item.sessionKey ?? player.machineIdentifier ?? title),
      who: text(record(item.User).title) ?? text(player.title),
      title,
      isAudio,
      position: Number.isFinite(position) ? position : null,
    };
  });
}

async function ask(server: Address, path: string, signal?: AbortSignal): Promise<unknown> {
  const label = serverTypes[server.type];
  const timeout = AbortSignal.timeout(timeoutMs);
  let answer: Response;
  let body: string;
  try {
    answer = await fetch(`${server.url.replace(/\/+$/, "")}${path}`, {
      headers: { accept: "application/json", ...credentials(server) },
      redirect: "manual",
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
    });
    body = await bounded(answer);
  } catch (error) {
    if (error instanceof ServerFault) throw error;
    throw new ServerFault(
      timeout.aborted ? `No answer within ${timeoutMs / 1000} s` : "Nothing answers at this address",
    );
  }
  if (answer.status >= 300 && answer.status < 400)
    throw new ServerFault("The address leads elsewhere; give the one that answers itself");
  if (answer.status === 401 || answer.status === 403) throw new ServerFault("The token is not accepted");
  if (!answer.ok) throw new ServerFault(`It answers with status ${answer.status}`);
  try {
    return JSON.parse(body);
  } catch {
    throw notLike(label);
  }
}

/** Jellyfin 12 reads the first only, old Emby servers the second only. */
function credentials({ type, token }: Address): Record<string, string> {
  if (type === "plex") return { "x-plex-token": token };
  if (type === "emby") return { "x-emby-token": token };
  return { authorization: `MediaBrowser Token="${encodeURIComponent(token)}"`, "x-emby-token": token };
}

async function bounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new ServerFault("Its answer is too long to be a list of sessions");
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function notLike(label: string): ServerFault {
  return new ServerFault(`It answers, but not as ${label} does`);
}

/** ` S02E05`, as far as it is known. */
function episode(season: unknown, number: unknown): string {
  const two = (n: unknown) => String(n).padStart(2, "0");
  if (typeof number !== "number") return "";
  return ` ${typeof season === "number" ? `S${two(season)}` : ""}E${two(number)}`;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
