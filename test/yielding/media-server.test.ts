// Jellyfin, Emby and Plex, asked over HTTP as they really answer, and everything else that may be at such an address.

import { afterEach, describe, expect, test } from "bun:test";
import { playingOn, type ServerType, serverVersion } from "../../src/yielding/media-server.ts";
import {
  episode,
  film,
  idleSession,
  paused,
  plexEpisode,
  plexFilm,
  plexPaused,
  type RecordedServer,
  recordedServer,
  song,
  token,
} from "./recorded-server.ts";

const open: RecordedServer[] = [];
const serve = (type: ServerType, over?: { legacy?: boolean }) => {
  const server = recordedServer(type, over);
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

describe("Jellyfin and Emby", () => {
  for (const type of ["jellyfin", "emby"] as const)
    test(`${type}: who plays what; paused and merely connected sessions are left out`, async () => {
      const server = serve(type);
      server.sessions = [idleSession, film, paused(episode as never), episode];
      expect(await playingOn(server.address)).toEqual([
        { id: film.Id, who: "Anna", title: "Heat", isAudio: false, position: 21_330_000_000 },
        {
          id: "e1",
          who: "Ben",
          title: "Game of Thrones S02E01",
          isAudio: false,
          position: film.PlayState.PositionTicks,
        },
      ]);
    });
  test("music is listened to", async () => {
    const server = serve("jellyfin");
    server.sessions = [song];
    expect((await playingOn(server.address))[0]).toMatchObject({ title: "Teardrop", isAudio: true });
  });
  test("Jellyfin 12, which no longer reads X-Emby-Token, is asked in its own way", async () => {
    const server = serve("jellyfin", { legacy: false });
    server.sessions = [film];
    expect(await playingOn(server.address)).toHaveLength(1);
  });
  test("a session without a user is called by its device", async () => {
    const server = serve("emby");
    server.sessions = [{ ...film, UserName: null }];
    expect((await playingOn(server.address))[0]!.who).toBe("Living room");
  });
  test("a server below a path, its address with or without a slash at its end", async () => {
    const server = serve("jellyfin");
    await playingOn({ ...server.address, url: `${server.url}/media/` });
    await playingOn({ ...server.address, url: `${server.url}/media` });
    expect(server.asked.map(({ path }) => path)).toEqual(["/Sessions", "/Sessions"]);
  });
});

describe("Plex", () => {
  test("who plays what; paused sessions are left out, figures may be text", async () => {
    const server = serve("plex");
    server.sessions = [plexFilm, plexPaused, plexEpisode];
    expect(await playingOn(server.address)).toEqual([
      { id: "203", who: "Anna", title: "Heat", isAudio: false, position: 1000 },
      { id: "204", who: "Ben", title: "Game of Thrones S01E01", isAudio: false, position: 5000 },
    ]);
  });
  test("an answer without a list means that nobody plays", async () => {
    expect(await playingOn(serve("plex").address)).toEqual([]);
  });
  test("is asked for JSON, with the token in a header and not in the address", async () => {
    const server = serve("plex");
    await playingOn(server.address);
    const [{ path, headers }] = server.asked as [RecordedServer["asked"][number]];
    expect(path).toBe("/status/sessions");
    expect(headers.get("accept")).toBe("application/json");
    expect(headers.get("x-plex-token")).toBe(token);
  });
});

test("each tells its version, where the token is right", async () => {
  expect(await serverVersion(serve("jellyfin").address)).toBe("10.11.3");
  expect(await serverVersion(serve("plex").address)).toBe("1.41.3.9314-a0bfb8370");
});

describe("what is wrong is said in words, without the token", () => {
  const fault = (server: RecordedServer, over: object = {}) =>
    playingOn({ ...server.address, ...over }).then(
      () => "nothing",
      (error: Error) => error.message,
    );

  test("a wrong token", async () => {
    expect(await fault(serve("jellyfin"), { token: "wrong" })).toBe("The token is not accepted");
  });
  test("nothing there", async () => {
    const server = serve("jellyfin");
    await server.stop();
    expect(await fault(server)).toBe("Nothing answers at this address");
  });
  test("a redirect is not followed: the token would go along", async () => {
    const [server, other] = [serve("jellyfin"), serve("jellyfin")];
    server.answer = () => Response.redirect(`${other.url}/Sessions`, 302);
    expect(await fault(server)).toBe("The address leads elsewhere; give the one that answers itself");
    expect(other.asked).toEqual([]);
  });
  test("another kind of server", async () => {
    const page = serve("jellyfin");
    page.answer = () => new Response("<html>Welcome to nginx</html>");
    expect(await fault(page)).toBe("It answers, but not as Jellyfin does");
    const json = serve("plex");
    json.answer = () => Response.json([]);
    expect(await fault(json)).toBe("It answers, but not as Plex does");
    const nowhere = serve("plex");
    nowhere.answer = () => new Response("", { status: 404 });
    expect(await fault(nowhere)).toBe("It answers with status 404");
  });
  test("an answer without an end", async () => {
    const server = serve("jellyfin");
    server.answer = () => new Response(new Uint8Array(5_000_000));
    expect(await fault(server)).toBe("Its answer is too long to be a list of sessions");
  });
  test("silence, when it has lasted long enough", async () => {
    const server = serve("jellyfin");
    server.answer = () => new Promise(() => {});
    expect(await playingOn(server.address, AbortSignal.timeout(30)).catch((e: Error) => e.message)).toBe(
      "Nothing answers at this address",
    );
  });
});
