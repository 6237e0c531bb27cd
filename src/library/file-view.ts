// A file as the API shows it. Ids are strings out here.

import type { Db } from "../db/open.sqlite.ts";
import type { Camera, Codecs, DerivativeRow, FileRow, FileState, FileType } from "../db/tables/library.ts";
import { derivativesOf } from "./derivatives.ts";
import { filesBySha256 } from "./files.ts";

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
  tags: string[];
  objects: unknown[];
  faces: unknown[];
  sounds: unknown[];
  transcript: null;
  scenes: unknown[];
  /** Other files with the same content. */
  duplicatesOf: string[];
  modifiedAt: string;
  createdAt: string;
  updatedAt: string;
  missingSince: string | null;
  trashedAt: string | null;
}

export async function fileView(db: Db, row: FileRow, basePath = ""): Promise<FileView> {
  return (await fileViews(db, [row], basePath))[0]!;
}

/** Many at once, at the cost of two queries. */
export async function fileViews(db: Db, rows: FileRow[], basePath = ""): Promise<FileView[]> {
  const derivatives = await derivativesOf(
    db,
    rows.map((row) => row.id),
  );
  const hashes = rows.flatMap((row) => row.sha256 ?? []);
  const copies = await filesBySha256(db, hashes);
  return rows.map((row) => {
    const same = row.sha256 ? (copies.get(row.sha256) ?? []) : [];
    return view(row, derivatives.get(row.id) ?? [], same, basePath);
  });
}

function view(row: FileRow, derivatives: DerivativeRow[], same: number[], basePath: string): FileView {
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
    // Recognition and tagging have not run on any file of this version.
    tags: [],
    objects: [],
    faces: [],
    sounds: [],
    transcript: null,
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
    url: `${basePath}/api/files/${row.fileId}/derivatives/${row.id}?v=${row.createdAt.getTime()}`,
    mimeType: row.mimeType,
    sizeBytes: row.sizeBytes,
    width: row.width,
    height: row.height,
    createdAt: row.createdAt.toISOString(),
  };
}
