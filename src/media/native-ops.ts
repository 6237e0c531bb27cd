// What the native child can be asked, and what it answers. Types only: both sides speak them.

import type { ImageFacts } from "./exif.ts";
import type { Said, SidecarForm } from "./sidecar.ts";

export type OutputFormat = "webp" | "jpeg" | "png" | "avif";
export type Fit = "cover" | "contain" | "fill" | "inside" | "outside";

export interface ImageOutput {
  path: string;
  format: OutputFormat;
  width?: number;
  height?: number;
  /** Default `inside`. */
  fit?: Fit;
  /** 1–100; default by format. */
  quality?: number;
  /** Default false: a small picture stays small. */
  enlarge?: boolean;
}

export interface Rendered {
  path: string;
  width: number;
  height: number;
  sizeBytes: number;
}

export interface ImageReading {
  /** By content, not by name: `jpeg`, `heic`, `raw`… */
  format: string;
  /** As shown, orientation applied. */
  width: number | null;
  height: number | null;
  /** Pages or frames: 1 for a still picture. */
  frames: number;
  hasAlpha: boolean;
  facts: ImageFacts;
  /** Why the picture is not whole; null when it was decoded without fault, or is a RAW file, whose pixels are not read. */
  fault: { code: string; reason: string } | null;
  /** The pixels must come through ffmpeg: this process has no decoder for the format. */
  needsFfmpeg: boolean;
}

export interface NativeOps {
  /** Metadata, and with `decode` every pixel once. */
  "image.read": { args: { path: string; decode: boolean }; result: ImageReading };
  /** `pixels` stands in for the pictures of `path` where ffmpeg had to decode them. Orientation is applied, metadata removed. */
  "image.render": { args: { path: string; pixels?: string; outputs: ImageOutput[] }; result: Rendered[] };
  /** Mean brightness 0–255 and its spread, of a small rendering: tells black and blank frames. */
  "image.luma": { args: { path: string }; result: { mean: number; deviation: number } };
  /** The perceptual hash of a picture, or of up to 25 frames as one; null where it would mean nothing. */
  "image.hash": { args: { paths: string[] }; result: { hash: string | null } };
  /** A PNG with a title and smaller lines below it; without text where the machine has no fonts. */
  "card.render": {
    args: { path: string; width: number; height: number; title: string; lines: string[] };
    result: { hasText: boolean };
  };
  /** The embedded preview of a RAW file. */
  "raw.preview": {
    args: { path: string };
    result: { offset: number; sizeBytes: number; width: number; height: number };
  };
  /** Runs a model once on zeros: ONNX Runtime loads, and works. */
  "ort.check": {
    args: { modelPath: string };
    result: { inputs: string[]; outputs: string[]; version: string };
  };
  /** What a sidecar says; `GiveUp("sidecar.invalid")` where it cannot be used. */
  "sidecar.read": { args: { path: string; form: SidecarForm }; result: Said };
  /** A whole copy of a database, read again after it was written. */
  "database.copy": { args: { from: string; to: string }; result: { sizeBytes: number; schema: number } };
  /** Reads all of a database; what is damaged, or null. */
  "database.check": { args: { path: string }; result: { damage: string | null } };
  /** The libraries that were loaded. */
  versions: { args: Record<string, never>; result: Record<string, string> };
}
export type NativeOp = keyof NativeOps;

export type ToChild = { id: number; op: NativeOp; args: unknown };
export type FromChild =
  | { id: number; ok: true; value: unknown; rssBytes: number }
  | { id: number; ok: false; error: { name: string; code: string; message: string }; rssBytes: number };
