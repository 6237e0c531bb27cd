// Files on the map: clusters of those that lie close together at a zoom, and the files of an area. Both walk the index of
// places alone, a stretch at a time.

import { inArray, type SQL, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";

/** In degrees; `west` may be greater than `east`: then it goes over the date line. */
export interface Area {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface MapFilter {
  area?: Area | undefined;
  libraryId?: number | undefined;
  type?: "image" | "video" | "audio" | undefined;
  /** Libraries to leave out. */
  hidden?: number[] | undefined;
}

export interface Cluster {
  /** The middle of its files. */
  lat: number;
  lon: number;
  files: number;
  /** The one that stands for it: found last. */
  fileId: number;
  area: Area;
}

/** Latitude, longitude, id. */
type Place = [number, number, number];

interface Cell {
  n: number;
  lat: number;
  lon: number;
  id: number;
  south: number;
  north: number;
  west: number;
  east: number;
}

const rowsAtOnce = 5000;
/** At zoom 0 the world is 256 px wide; clusters shall be some 64 px apart. */
const cellsAcross = 4;
/** So far in, each place stands for itself. */
const finest = 22;

/** `cell`: how many degrees apart; without it by zoom. */
export async function clustersOf(
  db: Db,
  filter: MapFilter,
  zoom: number,
  cell = 360 / cellsAcross / 2 ** Math.min(finest, Math.max(0, zoom)),
): Promise<Cluster[]> {
  const cells = new Map<number, Cell>();
  let after: Place | undefined;
  for (;;) {
    const beyond = after ? sql`AND (gps_lat, gps_lon, id) > (${after[0]}, ${after[1]}, ${after[2]})` : sql``;
    // Put together here: the database would sort what it groups, which takes three times as long.
    const places = await db.values<Place>(
      sql`SELECT gps_lat, gps_lon, id FROM file INDEXED BY file_gps
        WHERE ${placed(filter)} ${beyond} ORDER BY gps_lat, gps_lon, id LIMIT ${rowsAtOnce}`,
    );
    for (const place of places) add(cells, cell, place);
    if (places.length < rowsAtOnce) break;
    after = places.at(-1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [...cells.values()].map(({ n, lat, lon, id, ...area }) => ({
    lat: lat / n,
    lon: lon / n,
    files: n,
    fileId: id,
    area,
  }));
}

/** Those of an area, found last first. */
export async function filesOfArea(
  db: Db,
  filter: MapFilter,
  offset: number,
  limit: number,
): Promise<FileRow[]> {
  const found = await db.all<{ id: number }>(
    sql`SELECT id FROM file INDEXED BY file_gps WHERE ${placed(filter)} ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`,
  );
  const ids = found.map((row) => row.id);
  const rows = ids.length === 0 ? [] : await db.select().from(file).where(inArray(file.id, ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export async function countPlaced(db: Db, filter: MapFilter): Promise<number> {
  const [row] = await db.all<{ n: number }>(
    sql`SELECT count(*) AS n FROM file INDEXED BY file_gps WHERE ${placed(filter)}`,
  );
  return row?.n ?? 0;
}

function add(cells: Map<number, Cell>, size: number, [lat, lon, id]: Place): void {
  const key = Math.floor(lat / size) * 2 ** 26 + Math.floor(lon / size);
  const cell = cells.get(key);
  if (!cell) return void cells.set(key, { n: 1, lat, lon, id, south: lat, north: lat, west: lon, east: lon });
  cell.n++;
  cell.lat += lat;
  cell.lon += lon;
  cell.id = Math.max(cell.id, id);
  cell.south = Math.min(cell.south, lat);
  cell.north = Math.max(cell.north, lat);
  cell.west = Math.min(cell.west, lon);
  cell.east = Math.max(cell.east, lon);
}

function placed({ area, libraryId, type, hidden = [] }: MapFilter): SQL {
  const across = area && area.west <= area.east ? sql`AND` : sql`OR`;
  const conditions = [
    sql`gps_lat IS NOT NULL AND trashed_at IS NULL AND state IN ('ok', 'quarantined')`,
    ...(area
      ? [
          sql`gps_lat BETWEEN ${area.south} AND ${area.north}`,
          sql`(gps_lon >= ${area.west} ${across} gps_lon <= ${area.east})`,
        ]
      : []),
    ...(type ? [sql`type = ${type}`] : []),
    ...(libraryId === undefined ? [] : [sql`library_id = ${libraryId}`]),
    ...(hidden.length === 0 ? [] : [sql`library_id NOT IN ${hidden}`]),
  ];
  return sql.join(conditions, sql` AND `);
}
