// A file as the API shows it. Ids are strings out here.

import type { Db } from "../db/open.sqlite.ts";
import type { Camera, Codecs, DerivativeRow, FileRow, FileState, FileType } from "../db/tables/library.ts";
import type { FingerprintType } from "../db/tables/media.ts";
import { derivativesOf, listDerivatives } from "./derivatives.ts";
import { facts, type Word, wordsOf } from "./file-facts.ts";
import { filesBySha256 } from "./files.ts";
import { fingerprintsOf } from "./fingerprints.ts";
import { nearTo } from "./near-pairs.ts";
import { type SceneView, scenesOfFiles, sceneViews } from "./scenes.ts";
import { type SubtitleView, subtitlesIn } from "./subtitles.ts";

export interface DerivativeView {
  id: string;
  kind: string;
  variant: string;
  url: string;
  mimeType: string;
  sizeBytes: number;
  width: number | null;
  height: number | null;
  createdAt: string;
}

export interface FileView {
  id: string;
  libraryId: string;
  /** In the library. */
  path: string;
  name: string;
  type: FileType;
  mimeType: string;
  sizeBytes: number;
  sha256: string | null;
  state: FileState;
  reasonCode: string | null;
  reason: string | null;
  width: number | null;
  height: number | null;
  durationS: number | null;
  codecs: Codecs | null;
  capturedAt: string | null;
  capturedOffsetMin: number | null;
  capturedFrom: string | null;
  gps: { lat: number; lon: number; alt: number | null } | null;
  camera: Camera | null;
  metadata: Record<string, unknown> | null;
  derivatives: DerivativeView[];
  title: string | null;
  description: string | null;
  /** 0.5 to 5. */
  rating: number | null;
  isFavourite: boolean;
  tags: string[];
  /** Names of people who are said to be on it. */
  people: string[];
  /** Whose word counts, by field: `user`, `xmp`, `file`… */
  saidBy: Record<string, string>;
  objects: unknown[];
  faces: unknown[];
  sounds: unknown[];
  transcript: null;
  subtitles: SubtitleView[];
  /** Of one file; lists leave them out, since a film may have two hundred. */
  scenes: SceneView[];
  /** Other files with the same content. */
  duplicatesOf: string[];
  /** 16 hexadecimal digits each; a Chromaprint in the form that AcoustID takes. */
  fingerprints: { oshash: string | null; phash: string | null; chromaprint?: string };
  /** Other files that look or sound much the same, the nearest first. */
  nearDuplicates: NearView[];
  modifiedAt: string;
  createdAt: string;
  updatedAt: string;
  missingSince: string | null;
  trashedAt: string | null;
}

export async function fileView(db: Db, row: FileRow, basePath = ""): Promise<FileView> {
  const [one] = await fileViews(db, [row], basePath);
  const scenes = (await scenesOfFiles(db, [row.id])).get(row.id) ?? [];
  return { ...one!, scenes: sceneViews(scenes, await listDerivatives(db, row.id), basePath) };
}

/** Many at once, at the cost of a few queries. */
export async function fileViews(db: Db, rows: FileRow[], basePath = ""): Promise<FileView[]> {
  const derivatives = await derivativesOf(
    db,
    rows.map((row) => row.id),
  );
  const hashes = rows.flatMap((row) => row.sha256 ?? []);
  const copies = await filesBySha256(db, hashes);
  const ids = rows.map((row) => row.id);
  const words = await wordsOf(db, ids);
  const prints = await fingerprintsOf(db, ids);
  const near = await nearTo(db, ids);
  return rows.map((row) => {
    const same = row.sha256 ? (copies.get(row.sha256) ?? []) : [];
    return {
      ...view(row, derivatives.get(row.id) ?? [], same, basePath),
      ...saidOf(words.get(row.id) ?? []),
      fingerprints: knownBy(prints.get(row.id)),
      nearDuplicates: (near.get(row.id) ?? []).map(({ id, ...one }) => ({ id: String(id), ...one })),
    };
  });
}

export interface NearView {
  id: string;
  /** Bits of 64 that differ. */
  distance: number;
  type: string;
}

function knownBy(prints: Partial<Record<FingerprintType, string>> = {}): FileView["fingerprints"] {
  const { oshash = null, phash = null, chromaprint } = prints;
  return { oshash, phash, ...(chromaprint && { chromaprint }) };
}

type SaidView = Pick<
  FileView,
  "title" | "description" | "rating" | "isFavourite" | "tags" | "people" | "saidBy"
>;

function saidOf(words: Word[]): SaidView {
  const { title, description, rating, favourite, tags, people, ...others } = facts(words);
  const all = { title, description, rating, favourite, tags, people, ...others };
  return {
    title: title?.value || null,
    description: description?.value || null,
    rating: rating?.value || null,
    isFavourite: favourite?.value ?? false,
    tags: tags?.value ?? [],
    people: people?.value ?? [],
    saidBy: Object.fromEntries(
      Object.entries(all).flatMap(([field, counted]) => (counted ? [[field, counted.source]] : [])),
    ),
  };
}

function view(
  row: FileRow,
  derivatives: DerivativeRow[],
  same: number[],
  basePath: string,
): Omit<FileView, keyof SaidView | "fingerprints" | "nearDuplicates"> {
  return {
    id: String(row.id),
    libraryId: String(row.libraryId),
    path: row.path,
    name: row.name,
    type: row.type,
    mimeType: row.mimeType,
    sizeBytes: row.sizeBytes,
    sha256: row.sha256,
    state: row.state,
    ...whyNotOk(row),
    width: row.width,
    height: row.height,
    durationS: row.durationS,
    codecs: row.codecs,
    capturedAt: row.capturedAt?.toISOString() ?? null,
    capturedOffsetMin: row.capturedOffsetMin,
    capturedFrom: row.capturedFrom,
    gps:
      row.gpsLat === null || row.gpsLon === null
        ? null
        : { lat: row.gpsLat, lon: row.gpsLon, alt: row.gpsAlt },
    camera: row.camera,
    metadata: row.metadata,
    derivatives: derivatives.map((made) => derivativeView(made, basePath)),
    // Recognition has not run on any file of this version.
    objects: [],
    faces: [],
    sounds: [],
    transcript: null,
    subtitles: subtitlesIn(row.id, derivatives, basePath),
    scenes: [],
    duplicatesOf: same.filter((id) => id !== row.id).map(String),
    modifiedAt: new Date(row.mtimeMs).toISOString(),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    missingSince: row.missingSince?.toISOString() ?? null,
    trashedAt: row.trashedAt?.toISOString() ?? null,
  };
}

/** A missing file may have been invalid before; what counts now is that it is not there. */
function whyNotOk(row: FileRow): Pick<FileView, "reasonCode" | "reason"> {
  if (row.state !== "missing") return { reasonCode: row.reasonCode, reason: row.reason };
  const since = row.missingSince?.toISOString() ?? "the last scan";
  return { reasonCode: "input.missing", reason: `Not found in its library since ${since}.` };
}

function derivativeView(row: DerivativeRow, basePath: string): DerivativeView {
  return {
    id: String(row.id),
    kind: row.kind,
    variant: row.variant,
    url: `${basePath}${derivativeAddress(row)}`,
    mimeType: row.mimeType,
    sizeBytes: row.sizeBytes,
    width: row.width,
    height: row.height,
    createdAt: row.createdAt.toISOString(),
  };
}

export function derivativeAddress({ id, fileId, kind, createdAt }: DerivativeRow): string {
  // A stream's playlist names what lies beside it, and so does a sprite's list.
  const place = places[kind] ?? `derivatives/${id}`;
  return `/api/files/${fileId}/${place}?v=${createdAt.getTime()}`;
}

const places: Record<string, string> = { hls: "hls/index.m3u8", sprite: "sprite.vtt" };
