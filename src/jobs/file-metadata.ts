// What a file is and whether it is whole: streams or EXIF, date, place and camera, and a decoding check.

import { open } from "node:fs/promises";
import { isNull } from "drizzle-orm";
import { z } from "zod";
import { type FileRow, file } from "../db/tables/library.ts";
import { withOutsideFacts } from "../library/file-facts.sqlite.ts";
import type { Said } from "../library/file-facts.ts";
import { getFile, markInvalid, saveFacts } from "../library/files.ts";
import { getLibrary } from "../library/libraries.ts";
import { containerFacts } from "../media/container-facts.ts";
import type { Captured, Place } from "../media/exif.ts";
import type { Probe } from "../media/ffprobe.ts";
import { isText } from "../media/image-format.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { cascadeOf } from "./cascade.ts";
import { aboutFile, fileId, type InputFile, inputFile, megabytes } from "./input-file.ts";
import { pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "File" }) });
type Params = z.infer<typeof params>;

export const fileMetadata: JobKind<Params, Tools> = {
  name: "file-metadata",
  alias: "validate",
  label: "File metadata",
  description: "Streams, EXIF, date, place and camera; marks damaged files",
  queue: "metadata",
  category: "cpu",
  params,
  stuckAfterS: 180,
  writes: false,
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  backfillsItself: true,
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "file-metadata",
      types: ["video", "image", "audio"],
      states: ["ok", "invalid"],
      where: isNull(file.metadataAt),
    }),
  async run(job) {
    const { db, clock, events } = job.tools;
    const input = await inputFile(job.tools, job.params.fileId);
    const found = await examine(job, input);
    await input.assertUnchanged();
    const { fault, ...own } = found;
    const now = clock.now();
    const facts = withOutsideFacts(db, input.row, own, ownWords(own.metadata), now);
    await saveFacts(db, input.row.id, facts, now);
    job.log(inWords(facts, input.sizeBytes));
    // A quarantined file stays so until somebody releases it, whatever its content.
    const judged = input.row.state === "ok" || input.row.state === "invalid";
    if (judged && fault) await markInvalid(db, input.row.id, fault.code, fault.message, now);
    else if (judged) await saveFacts(db, input.row.id, { state: "ok", reasonCode: null, reason: null }, now);
    // The first look at these bytes: what is made of them comes next. Asked only now, since a scan may have found the file
    // changed while this ran, and its own request for this look was then one too many.
    const { metadataAt } = await getFile(db, input.row.id);
    if (metadataAt === null) await enqueueNext(job, input.row);
    // Noted last, so that a crash in between is made good by the retry; with the facts, which that scan has voided.
    await saveFacts(db, input.row.id, { ...facts, metadataAt: new Date(now) }, now);
    events.publish({ topic: "file", id: input.row.id });
    if (fault) throw fault;
  },
};

/** What the file says of itself, of that which others may say too. */
function ownWords(
  metadata: FileRow["metadata"] = null,
): Pick<Said, "title" | "description" | "rating" | "tags"> {
  const { title, description, rating, keywords, tags } = (metadata ?? {}) as Record<string, unknown>;
  const inContainer = (tags ?? {}) as Record<string, string>;
  const text = (value: unknown) => (typeof value === "string" && value.trim() ? value.trim() : undefined);
  return {
    title: text(title) ?? text(inContainer.title),
    description:
      [text(description)].find((words) => !boilerplate.test(words ?? "")) ??
      text(inContainer.description) ??
      text(inContainer.comment),
    rating: typeof rating === "number" && rating >= 1 && rating <= 5 ? rating : undefined,
    tags: Array.isArray(keywords) ? keywords.map(String) : undefined,
  };
}

/** What cameras put into every picture. */
const boilerplate =
  /^((olympus|konica minolta|minolta|ricoh|vivitar|kodak)? ?digital (still )?camera|sony dsc|dcim\\.*|default|untitled|dig\w*cam|<?digimax.*|samsung|binary comment|exif_jpeg_picture|\w{1,3})$/i;

/** `jpeg, 4032×3024, 2.1 MB`. */
function inWords({ codecs, width, height, durationS }: Facts, sizeBytes: number): string {
  const streams = [codecs?.video, codecs?.audio].filter((one) => one !== undefined).join(" and ");
  return [
    codecs?.container ?? "Of no known format",
    streams,
    width && height ? `${width}×${height}` : "",
    durationS ? `${Math.round(durationS * 10) / 10} s` : "",
    megabytes(sizeBytes),
  ]
    .filter((one) => one !== "")
    .join(", ");
}

async function enqueueNext({ tools, backfill }: Run<Params, Tools>, row: FileRow): Promise<void> {
  const { recognise } = await getLibrary(tools.db, row.libraryId);
  const kinds = cascadeOf(row.type, recognise, (kind) => tools.queue.knows(kind), "metadata");
  await tools.queue.enqueueMany(
    kinds.map((kind) => ({ kind, params: { fileId: row.id }, origin: "scan", backfill })),
  );
}

type Facts = Partial<FileRow> & { fault?: GiveUp };

async function examine(job: Run<Params, Tools>, input: InputFile): Promise<Facts> {
  if (input.sizeBytes === 0) return { fault: new GiveUp("input.truncated", "The file is empty.") };
  return input.row.type === "image" ? await examineImage(job, input) : await examineAv(job, input);
}

async function examineImage({ tools, signal }: Run<Params, Tools>, input: InputFile): Promise<Facts> {
  const reading = await tools.media.readImage(input.path, { decode: true, signal });
  const { facts, fault } = reading;
  return {
    width: reading.width,
    height: reading.height,
    durationS: null,
    codecs: { container: reading.format },
    ...whenAndWhere(facts.captured, facts.gps, input),
    camera: facts.camera,
    metadata: {
      format: reading.format,
      ...(reading.frames > 1 ? { frames: reading.frames } : {}),
      ...(reading.hasAlpha ? { hasAlpha: true } : {}),
      ...facts.metadata,
    },
    fault: fault ? new GiveUp(fault.code, fault.reason) : undefined,
  };
}

async function examineAv({ tools, signal, progress }: Run<Params, Tools>, input: InputFile): Promise<Facts> {
  let probe: Probe;
  try {
    probe = await tools.media.probe(input.path, signal);
  } catch (error) {
    if (!(error instanceof GiveUp) || error.code === "input.missing" || error.code === "input.unreadable")
      throw error;
    if (await startsAsText(input.path))
      return {
        fault: new GiveUp("input.unsupported", "This is a text file with the name of a film or sound."),
      };
    return { fault: error };
  }
  progress(5);
  const verdict =
    input.row.type === "audio" && probe.audio.length === 0
      ? { code: "input.unsupported", reason: "There is no sound in the file." }
      : await tools.media.check(input.path, probe, {
          sizeBytes: input.sizeBytes,
          signal,
          onProgress: (percent) => progress(5 + percent * 0.95),
        });
  const facts = containerFacts(probe);
  return {
    width: probe.video?.width ?? null,
    height: probe.video?.height ?? null,
    durationS: probe.durationS,
    codecs: codecsOf(probe),
    ...whenAndWhere(facts.captured, facts.gps, input),
    camera: facts.camera,
    metadata: { ...streamFacts(probe), tags: facts.tags },
    fault: verdict ? new GiveUp(verdict.code, verdict.reason) : undefined,
  };
}

/** Falls back to the file's own time, which a copy may have changed: `capturedFrom` says so. */
function whenAndWhere(captured: Captured | null, gps: Place | null, input: InputFile): Partial<FileRow> {
  return {
    capturedAt: new Date(captured?.capturedAtMs ?? Math.floor(input.mtimeMs)),
    capturedOffsetMin: captured?.offsetMin ?? null,
    capturedFrom: captured?.from ?? "file",
    gpsLat: gps?.lat ?? null,
    gpsLon: gps?.lon ?? null,
    gpsAlt: gps?.alt ?? null,
  };
}

function codecsOf(probe: Probe): FileRow["codecs"] {
  return {
    container: probe.container,
    video: probe.video?.codec,
    audio: probe.audio[0]?.codec,
    subtitles: probe.subtitles.length > 0 ? probe.subtitles.map((s) => s.codec) : undefined,
  };
}

function streamFacts({
  video,
  audio,
  subtitles,
  chapters,
  bitrateKbps,
  hasCoverArt,
}: Probe): Record<string, unknown> {
  const { fps, rotation, hdr, bitDepth, pixelFormat, profile, colorTransfer } = video ?? {};
  return {
    bitrateKbps,
    ...(video ? { video: { fps, rotation, hdr, bitDepth, pixelFormat, profile, colorTransfer } } : {}),
    audioTracks: audio.map(({ codec, channels, sampleRate, language, title }) => ({
      codec,
      channels,
      sampleRate,
      language,
      title,
    })),
    subtitleTracks: subtitles.map(({ codec, language, title, forced }) => ({
      codec,
      language,
      title,
      forced,
    })),
    chapters,
    ...(hasCoverArt ? { hasCoverArt } : {}),
  };
}

async function startsAsText(path: string): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return isText(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
