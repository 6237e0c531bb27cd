// A small media server that answers as Jellyfin 10.11, Emby 4.8 and Plex 1.41 do, shortened to what they say about players.

import type { ServerType } from "../../src/yielding/media-server.ts";

export const token = "s3cr3t-t0ken";

const device = {
  PlayableMediaTypes: ["Audio", "Video"],
  RemoteEndPoint: "192.0.2.20",
  DeviceType: "Chromecast",
  LastActivityDate: "2026-11-22T20:14:09.9124527Z",
  SupportsRemoteControl: false,
  HasCustomDeviceName: false,
  ServerId: "8f2b7c0a4c1d4c0b9a55f0a8e1b6a111",
};

/** Somebody who is only connected. */
export const idleSession = {
  ...device,
  Id: "5ab9c4a1ee3a43a2",
  UserId: "f27b1c",
  UserName: "Ben",
  Client: "Jellyfin Web",
  DeviceName: "Firefox",
  PlayState: { CanSeek: false, IsPaused: false, IsMuted: false, RepeatMode: "RepeatNone" },
  NowPlayingQueue: [],
};

export const film = {
  ...device,
  Id: "d7d5b2c3e6b84f8d",
  UserId: "a01c2f",
  UserName: "Anna",
  Client: "Jellyfin Android TV",
  DeviceName: "Living room",
  PlayState: {
    PositionTicks: 21_330_000_000,
    CanSeek: true,
    IsPaused: false,
    IsMuted: false,
    MediaSourceId: "c1",
    PlayMethod: "DirectPlay",
    RepeatMode: "RepeatNone",
  },
  NowPlayingItem: {
    Name: "Heat",
    ServerId: device.ServerId,
    Id: "c1",
    Container: "mkv",
    RunTimeTicks: 102_000_000_000,
    ProductionYear: 1995,
    IsFolder: false,
    Type: "Movie",
    MediaType: "Video",
    VideoType: "VideoFile",
  },
};

export const episode = {
  ...film,
  Id: "e1",
  UserName: "Ben",
  NowPlayingItem: {
    Name: "Winter Is Coming",
    Id: "e9",
    IndexNumber: 1,
    ParentIndexNumber: 2,
    SeriesName: "Game of Thrones",
    Type: "Episode",
    MediaType: "Video",
  },
};

export const song = {
  ...film,
  Id: "s1",
  NowPlayingItem: { Name: "Teardrop", Id: "t1", Type: "Audio", MediaType: "Audio", Album: "Mezzanine" },
};

export const paused = <S extends typeof film>(session: S): S => ({
  ...session,
  PlayState: { ...session.PlayState, IsPaused: true },
});

const plexBase = {
  addedAt: 1705543312,
  librarySectionTitle: "Movies",
  ratingKey: "67085",
  Media: [{ id: "130355", videoCodec: "h264", container: "mkv" }],
  Session: { id: "93h7e00ncblxncqw9lkfaoxi", bandwidth: 1050, location: "lan" },
};

export const plexFilm = {
  ...plexBase,
  sessionKey: "203",
  type: "movie",
  title: "Heat",
  year: 1995,
  viewOffset: 1000,
  User: { id: "1", title: "Anna", thumb: "https://plex.tv/users/x/avatar" },
  Player: {
    address: "192.0.2.20",
    machineIdentifier: "3tsd",
    product: "Plex for Apple TV",
    state: "playing",
  },
};

/** As some versions write them: figures as text. */
export const plexEpisode = {
  ...plexFilm,
  sessionKey: "204",
  type: "episode",
  title: "Winter Is Coming",
  grandparentTitle: "Game of Thrones",
  parentIndex: 1,
  index: 1,
  viewOffset: "5000",
  User: { id: "2", title: "Ben" },
};

export const plexPaused = { ...plexFilm, sessionKey: "205", Player: { ...plexFilm.Player, state: "paused" } };

export interface RecordedServer {
  url: string;
  address: { type: ServerType; url: string; token: string };
  /** What was asked, with the headers. */
  asked: { path: string; headers: Headers }[];
  sessions: unknown[];
  /** In place of its sessions. */
  answer: (() => Response | Promise<Response>) | undefined;
  stop(): Promise<void>;
}

/** `legacy: false` is Jellyfin 12: it no longer reads Emby's header. */
export function recordedServer(type: ServerType, { legacy = true } = {}): RecordedServer {
  const knows = ({ headers }: Request) => {
    if (type === "plex") return headers.get("x-plex-token") === token;
    if (headers.get("authorization") === `MediaBrowser Token="${token}"`) return type === "jellyfin";
    return legacy && headers.get("x-emby-token") === token;
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const path = new URL(request.url).pathname.replace(/^\/media/, "");
      self.asked.push({ path, headers: request.headers });
      if (self.answer) return self.answer();
      if (!knows(request)) return new Response("Unauthorized", { status: 401 });
      if (type === "plex") {
        if (path === "/identity")
          return Response.json({
            MediaContainer: { size: 0, claimed: true, version: "1.41.3.9314-a0bfb8370" },
          });
        if (path !== "/status/sessions") return new Response("", { status: 404 });
        const { sessions } = self;
        const Metadata = sessions.length > 0 ? { Metadata: sessions } : {};
        return Response.json({ MediaContainer: { size: sessions.length, ...Metadata } });
      }
      if (path === "/System/Info") return Response.json({ ServerName: "nas", Version: "10.11.3" });
      return path === "/Sessions" ? Response.json(self.sessions) : new Response("", { status: 404 });
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const self: RecordedServer = {
    url,
    address: { type, url, token },
    asked: [],
    sessions: [],
    answer: undefined,
    stop: () => server.stop(true),
  };
  return self;
}
