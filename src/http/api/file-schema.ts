// The File of the API, as its document describes it. `file-view.ts` makes it.

import { z } from "./describe.ts";

const derivativeSchema = z.object({
  id: z.string(),
  kind: z.string(),
  variant: z.string(),
  url: z.string(),
  mimeType: z.string(),
  sizeBytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  createdAt: z.string(),
});

export const fileSchema = z
  .object({
    id: z.string(),
    libraryId: z.string(),
    path: z.string().openapi({ description: "In the library" }),
    name: z.string(),
    type: z.enum(["video", "image", "audio"]),
    mimeType: z.string(),
    sizeBytes: z.int(),
    sha256: z.string().nullable(),
    state: z.enum(["ok", "missing", "invalid", "quarantined"]),
    reasonCode: z.string().nullable(),
    reason: z.string().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    durationS: z.number().nullable(),
    codecs: z
      .object({
        container: z.string().optional(),
        video: z.string().optional(),
        audio: z.string().optional(),
        subtitles: z.array(z.string()).optional(),
      })
      .nullable(),
    capturedAt: z.string().nullable(),
    capturedOffsetMin: z.int().nullable(),
    capturedFrom: z.string().nullable(),
    gps: z.object({ lat: z.number(), lon: z.number(), alt: z.number().nullable() }).nullable(),
    camera: z
      .object({
        make: z.string(),
        model: z.string(),
        lens: z.string(),
        iso: z.number(),
        aperture: z.number(),
        exposureS: z.number(),
        focalLengthMm: z.number(),
        orientation: z.number(),
        software: z.string(),
      })
      .partial()
      .nullable(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    derivatives: z.array(derivativeSchema),
    tags: z.array(z.string()),
    objects: z.array(z.unknown()),
    faces: z.array(z.unknown()),
    sounds: z.array(z.unknown()),
    transcript: z.null(),
    scenes: z.array(z.unknown()),
    duplicatesOf: z.array(z.string()).openapi({ description: "Other files with the same content" }),
    modifiedAt: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
    missingSince: z.string().nullable(),
    trashedAt: z.string().nullable(),
  })
  .openapi("File");
