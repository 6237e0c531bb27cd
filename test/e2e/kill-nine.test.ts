import { expect, setDefaultTimeout, test } from "bun:test";
import { killNine } from "../kill-nine.ts";
import { serverCommand } from "../support/kill-nine/doomed-server.ts";
import { hasFfmpeg } from "../support/made-media.ts";

setDefaultTimeout(120_000);

test.skipIf(!hasFfmpeg)(
  "a server that is killed again and again loses nothing, does nothing twice and leaves nothing behind",
  async () => {
    const report = await killNine({ times: 4, seed: 9, files: 16, longFilmS: 5, command: serverCommand() });
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ kills: 4 });
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.derivatives).toBeGreaterThan(0);
  },
);
