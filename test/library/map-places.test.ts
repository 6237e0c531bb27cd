// Clusters of files on the map, and the files of an area.

import { afterEach, expect, test } from "bun:test";
import { clustersOf, countPlaced, filesOfArea } from "../../src/library/map-places.ts";
import { type ManyFiles, manyFiles } from "../support/many-files.ts";

let many: ManyFiles;
afterEach(() => many.close());

const put = (id: number, lat: number, lon: number) =>
  many.run(
    `UPDATE file SET gps_lat = ${lat}, gps_lon = ${lon}, state = 'ok', trashed_at = NULL WHERE id = ${id}`,
  );

test("files close together are one cluster from afar, several from near", async () => {
  many = manyFiles(20);
  put(1, 52.52, 13.4);
  put(2, 52.53, 13.41);
  put(3, -33.87, 151.2);
  const [far, sydney] = (await clustersOf(many.db, {}, 1)).sort((a, b) => b.files - a.files);
  expect(far).toMatchObject({
    files: 2,
    fileId: 2,
    area: { south: 52.52, north: 52.53, west: 13.4, east: 13.41 },
  });
  expect(far!.lat).toBeCloseTo(52.525, 6);
  expect(sydney).toMatchObject({ files: 1, fileId: 3, lat: -33.87, lon: 151.2 });
  expect(await clustersOf(many.db, {}, 18)).toHaveLength(3);
});

test("an area may go over the date line; what is hidden or in the trash is on no map", async () => {
  many = manyFiles(20);
  put(1, -17, 179.5);
  put(2, -17, -179.5);
  put(3, -17, 0);
  put(4, -17, 179);
  many.run("UPDATE file SET trashed_at = 1 WHERE id = 4");
  const fiji = { west: 178, east: -178, south: -20, north: -15 };
  expect((await filesOfArea(many.db, { area: fiji }, 0, 10)).map((row) => row.id)).toEqual([2, 1]);
  expect(await countPlaced(many.db, {})).toBe(3);
  expect(await countPlaced(many.db, { hidden: [1] })).toBe(0);
  expect(await clustersOf(many.db, { area: { west: -1, east: 1, south: -20, north: 0 } }, 3)).toHaveLength(1);
});

test("stretch by stretch nothing is counted twice or left out", async () => {
  many = manyFiles(12_000);
  many.run("UPDATE file SET gps_lat = id % 170 - 85, gps_lon = id % 7, state = 'ok', trashed_at = NULL");
  let clusters: Awaited<ReturnType<typeof clustersOf>> = [];
  const turns = await many.turnsDuring(async () => {
    clusters = await clustersOf(many.db, {}, 2);
  });
  expect(clusters.reduce((sum, one) => sum + one.files, 0)).toBe(12_000);
  expect(turns).toBeGreaterThanOrEqual(2);
});
