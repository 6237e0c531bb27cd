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

const subtitleSchema = z.object({
  track: z.string(),
  language: z.string().nullable(),
  title: z.string().nullable(),
  format: z.enum(["vtt", "ass"]),
  isDefault: z.boolean(),
  isForced: z.boolean(),
  isHearingImpaired: z.boolean(),
  source: z.enum(["embedded", "sidecar"]),
  url: z.string(),
});

const sceneSchema = z.object({
  number: z.int(),
  startMs: z.int(),
  endMs: z.int(),
  score: z.number().nullable().openapi({ description: "How sharp the cut before it is, 0 to 1" }),
  url: z.string().nullable(),
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
    title: z.string().nullable(),
    description: z.string().nullable(),
    rating: z.number().nullable().openapi({ description: "Stars, 0.5 to 5" }),
    isFavourite: z.boolean(),
    tags: z.array(z.string()),
    people: z.array(z.string()).openapi({ description: "Who is said to be on it" }),
    saidBy: z.record(z.string(), z.string()).openapi({
      description:
        "Whose word counts, by field: user, identify, xmp, nfo, takeout, or file for the file itself",
    }),
    objects: z.array(z.unknown()),
    faces: z.array(z.unknown()),
    sounds: z.array(z.unknown()),
    transcript: z.null(),
    subtitles: z.array(subtitleSchema),
    scenes: z.array(sceneSchema).openapi({ description: "Of one file; lists leave them out" }),
    duplicatesOf: z.array(z.string()).openapi({ description: "Other files with the same content" }),
    fingerprints: z.object({
      oshash: z.string().nullable(),
      phash: z.string().nullable().openapi({ description: "Null also where it would mean nothing" }),
      chromaprint: z.string().optional(),
    }),
    nearDuplicates: z
      .array(z.object({ id: z.string(), distance: z.int(), type: z.string() }))
      .openapi({ description: "Files that look or sound much the same; distance in bits of 64" }),
    modifiedAt: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
    missingSince: z.string().nullable(),
    trashedAt: z.string().nullable(),
  })
  .openapi("File");
