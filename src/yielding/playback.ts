// Makes way for people who watch or listen: here, as their pages report it, and on media servers that are asked every 15 s.
// A server that cannot be reached three times in a row counts as nobody watching, so that none holds work for ever.

import type { PauseMode } from "../queue/job-store.ts";
import type { YieldSetting } from "../settings/yield.ts";
import { type Address, playingOn, ServerFault, type ServerSession, serverTypes } from "./media-server.ts";
import { type OwnReport, ownPlayers, silenceS } from "./own-players.ts";
import type { HeldLane, HoldSource } from "./source.ts";
import { type Seen, stillMoving } from "./still-moving.ts";

export type { OwnReport } from "./own-players.ts";

/** Somebody watches something now. */
export interface PlaybackNow {
  /** `Sprocket`, or the media server's name. */
  source: string;
  who: string | null;
  title: string;
  isAudio: boolean;
}

export interface PlaybackServerState {
  name: string;
  type: Address["type"];
  ok: boolean;
  /** For people: what is wrong, or how many play. */
  detail: string;
  playing: PlaybackNow[];
}

export interface PlaybackParts {
  setting(): Pick<YieldSetting, "playback"> & { mode: PauseMode };
  exempt(lane: HeldLane): boolean;
  now(): number;
  ask?: (server: Address, signal?: AbortSignal) => Promise<ServerSession[]>;
}

export interface PlaybackSource extends HoldSource {
  report(report: OwnReport): void;
  playing(): PlaybackNow[];
  servers(): PlaybackServerState[];
  /** Somebody plays, or has until just now. */
  isPlaying(): boolean;
  /** Calls back once for each time that playback has ended and stayed so. */
  onEnded(listener: () => void): () => void;
  /** Looks whether it has ended by now, without asking anybody. */
  settle(): void;
}

interface Asked {
  failures: number;
  sessions: ServerSession[];
  fault: string | null;
  seen: Seen;
}

const everyMs = 15_000;
const patience = 3;

export function playbackSource(parts: PlaybackParts): PlaybackSource {
  const { setting, now, ask = playingOn } = parts;
  const own = ownPlayers(now);
  const listeners = new Set<() => void>();
  let asked = new Map<string, Asked>();
  let since: number | undefined;
  // A pause until playback ends may be left from before a restart: its end is told even if nobody plays any more.
  let lastSeen = now();
  let owesEnd = true;

  async function askOne(server: Address, signal: AbortSignal): Promise<Asked> {
    const before = asked.get(keyOf(server));
    try {
      const answer = await ask(server, signal);
      const seen = stillMoving(before?.seen ?? new Map(), answer, now());
      return { failures: 0, fault: null, seen: seen.seen, sessions: seen.moving };
    } catch (error) {
      const fault = error instanceof ServerFault ? error.message : "It cannot be asked";
      const failures = (before?.failures ?? 0) + 1;
      const sessions = failures < patience ? (before?.sessions ?? []) : [];
      return { failures, fault, sessions, seen: before?.seen ?? new Map() };
    }
  }

  function servers(): PlaybackServerState[] {
    return setting().playback.servers.map((server) => {
      const name = server.name || serverTypes[server.type];
      const answer = asked.get(keyOf(server));
      const playing = (answer?.sessions ?? []).map(({ who, title, isAudio }) => ({
        source: name,
        who,
        title,
        isAudio,
      }));
      return { name, type: server.type, ok: answer?.fault === null, detail: stateInWords(answer), playing };
    });
  }

  function playing(): PlaybackNow[] {
    const here = setting().playback.own ? own.playing() : [];
    return [
      ...here.map(({ who, title, isAudio }) => ({ source: "Sprocket", who, title, isAudio })),
      ...servers().flatMap((server) => server.playing),
    ];
  }

  function settle(): void {
    const { playback } = setting();
    // The clock may have been set back: what it has still to wait begins anew.
    lastSeen = Math.min(lastSeen, now());
    if (playing().length > 0) {
      since ??= now();
      lastSeen = now();
      owesEnd = true;
      return;
    }
    // Players of ours that went on through a restart take a while to be heard again.
    const waitS = since === undefined ? silenceS : playback.graceS;
    if (owesEnd && now() - lastSeen >= waitS * 1000) {
      since = undefined;
      owesEnd = false;
      for (const listener of listeners) listener();
    }
  }

  return {
    name: "asking media servers",
    everyMs,
    atStart: true,
    async step(signal) {
      const list = setting().playback.servers;
      const answers = await Promise.all(list.map((server) => askOne(server, signal)));
      if (signal.aborted) return;
      asked = new Map(list.map((server, i) => [keyOf(server), answers[i]!]));
      settle();
    },
    report(report) {
      own.report(report);
      settle();
    },
    playing,
    servers,
    isPlaying: () => since !== undefined,
    onEnded(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    settle,
    found() {
      if (since === undefined) return [];
      const { mode, playback } = setting();
      const players = playing();
      const graceEnds = new Date(lastSeen + playback.graceS * 1000);
      return [
        {
          code: "playback",
          text: players.length > 0 ? inWords(players) : "Playback has ended; work goes on if it stays so",
          since: new Date(since),
          until: players.length > 0 ? null : graceEnds,
          mode,
          holds: (lane) => !parts.exempt(lane),
          substance: `playback ${since} ${mode} ${JSON.stringify(players)}`,
        },
      ];
    },
  };
}

function inWords([first, ...others]: PlaybackNow[]): string {
  const { source, who, title, isAudio } = first!;
  const more = others.length > 0 ? `, and ${others.length} more` : "";
  return `${source}: ${who ?? "somebody"} ${isAudio ? "listens to" : "watches"} “${title}”${more}`;
}

function stateInWords(answer: Asked | undefined): string {
  if (!answer) return "Not asked yet";
  const { fault, failures, sessions } = answer;
  if (fault === null) return sessions.length === 0 ? "Nobody plays anything" : `${sessions.length} playing`;
  if (failures < patience) return `${fault}; what it said last counts`;
  return `${fault}, ${failures} times in a row; it counts as nobody watching`;
}

/** A server whose address or token was changed is asked anew. */
function keyOf({ type, url, token }: Address): string {
  return `${type} ${url} ${token}`;
}
