// The child in which sharp, libheif and ONNX Runtime run. It answers requests over IPC and exits with its parent.
// Each library is loaded by the first request that needs it.

import { GiveUp, isForbidden, JobFailure } from "../runtime/errors.ts";
import type { FromChild, NativeOp, NativeOps, ToChild } from "./native-ops.ts";

export function runNativeChild(): void {
  if (!process.send)
    throw new Error("native-child is started by the server itself, with a channel to talk to it.");
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole terminal group; the parent decides when this child ends.
  process.on("SIGINT", () => {});
  process.on("message", (message: ToChild) => void serve(message));
}

async function serve({ id, op, args }: ToChild): Promise<void> {
  let reply: FromChild;
  try {
    const value = await (operations[op] as (args: unknown) => Promise<unknown>)(args);
    reply = { id, ok: true, value, rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    reply = { id, ok: false, error: plain(error as Error), rssBytes: process.memoryUsage.rss() };
  }
  process.send?.(reply);
}

const operations: { [K in NativeOp]: (args: NativeOps[K]["args"]) => Promise<NativeOps[K]["result"]> } = {
  "image.read": async (args) => (await import("./image-read.ts")).readImage(args),
  "image.render": async (args) => (await import("./image-render.ts")).renderImage(args),
  "image.luma": async (args) => (await import("./image-render.ts")).imageLuma(args),
  "image.hash": async (args) => (await import("./image-hash.ts")).imageHash(args),
  "card.render": async (args) => (await import("./title-card.ts")).renderTitleCard(args),
  "raw.preview": async (args) => (await import("./raw-preview.ts")).findRawPreview(args.path),
  "ort.check": async (args) => (await import("./ort-check.ts")).checkOrt(args.modelPath),
  "sidecar.read": async (args) => (await import("./sidecar.ts")).readSidecar(args),
  "database.copy": async ({ from, to }) => (await import("../db/snapshot.sqlite.ts")).copyDatabase(from, to),
  "database.check": async ({ path }) => ({
    damage: (await import("../db/integrity.sqlite.ts")).damageOf(path),
  }),
  versions: async () => (await import("./ort-check.ts")).nativeVersions(),
};

function plain(error: Error): { name: string; code: string; message: string } {
  if (error instanceof GiveUp || error instanceof JobFailure)
    return { name: error.name, code: error.code, message: error.message };
  if ((error as { code?: string }).code === "ENOENT")
    return { name: "GiveUp", code: "input.missing", message: error.message };
  if (isForbidden(error)) return { name: "GiveUp", code: "input.unreadable", message: error.message };
  if (/No space left on device|ENOSPC/.test(error.message))
    return {
      name: "JobFailure",
      code: "disk.full",
      message: "There is no space left where the result was being written.",
    };
  return { name: "JobFailure", code: "internal", message: error.message };
}
