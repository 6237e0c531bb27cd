// One file from a plain form, for browsers without scripts: `multipart/form-data` read as it comes, never held in memory.

import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "hono";
import type { LibraryRow } from "../../db/tables/library.ts";
import { checkedUpload, insertUpload, removeUpload } from "../../library/uploads.ts";
import { Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import type { Arrival } from "./arrivals.ts";

export async function receiveForm(
  app: App,
  c: Context<Env>,
  library: LibraryRow,
  folder: string,
): Promise<Arrival> {
  const boundary = /^multipart\/form-data;.*\bboundary="?([^";]{1,200})"?/i.exec(
    c.req.header("content-type") ?? "",
  )?.[1];
  if (!boundary || !c.req.raw.body) throw new Refused(415, "upload.form", "This is no form with a file.");
  const announced = Number(c.req.header("content-length") ?? 0);
  const parts = new FirstFile(c.req.raw.body, boundary);
  const name = await parts.name();
  if (!name) throw new Refused(422, "files.none", "No file was chosen.");
  const asked = await checkedUpload(app, library, {
    name,
    folder,
    sizeBytes: Math.max(1, announced),
    mtimeMs: null,
  });
  const id = crypto.randomUUID().replaceAll("-", "");
  const path = join(app.paths.uploads, id);
  try {
    const sizeBytes = await write(parts, path);
    if (sizeBytes === 0) throw new Refused(422, "upload.empty", `${name} is empty.`);
    const now = new Date(app.clock.now());
    const createdBy = c.var.identity?.user.id ?? null;
    const { mtimeMs } = asked;
    await insertUpload(app.db, {
      id,
      libraryId: library.id,
      folder: asked.folder,
      name: asked.name,
      sizeBytes,
      mtimeMs,
      createdBy,
      createdAt: now,
      updatedAt: now,
    });
    await app.arrivals.finished(id);
    const arrival = app.arrivals.of(library.id, id)!;
    // Nobody resumes what came by a form.
    if (arrival.state === "failed") await removeUpload(app, id);
    return arrival;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function write(parts: FirstFile, path: string): Promise<number> {
  const handle = await open(path, "wx", 0o600);
  let size = 0;
  try {
    for await (const piece of parts.content()) {
      await handle.writeFile(piece);
      size += piece.length;
    }
    return size;
  } finally {
    await handle.close();
  }
}

/** Reads up to the first part that is a file, and then that one. */
class FirstFile {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly end: Buffer;
  private held: Buffer = Buffer.from("\r\n");

  constructor(body: ReadableStream<Uint8Array>, boundary: string) {
    this.reader = body.getReader();
    this.end = Buffer.from(`\r\n--${boundary}`);
  }

  /** Of the first part that has one; undefined when there is none. */
  async name(): Promise<string | undefined> {
    for (;;) {
      const start = await this.upTo(this.end);
      if (start === undefined) return undefined;
      const head = await this.upTo(headEnd);
      if (head === undefined) return undefined;
      const name = /filename="((?:[^"\\]|\\.)*)"/i.exec(head.toString())?.[1];
      // Browsers write quotes in names as %22.
      if (name !== undefined) return name.replaceAll("%22", '"').replaceAll(/\\(.)/g, "$1");
    }
  }

  async *content(): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.held.indexOf(this.end);
      if (at >= 0) {
        if (at > 0) yield this.held.subarray(0, at);
        await this.reader.cancel().catch(() => {});
        return;
      }
      // The end may lie across two pieces.
      const sure = Math.max(0, this.held.length - this.end.length);
      if (sure > 0) yield this.held.subarray(0, sure);
      this.held = this.held.subarray(sure);
      if (!(await this.more())) throw new Refused(400, "upload.cut", "The form ended before its file did.");
    }
  }

  /** What stands before `mark`, which is passed over; heads of parts are short. */
  private async upTo(mark: Buffer): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.held.indexOf(mark);
      if (at >= 0) {
        const before = this.held.subarray(0, at);
        this.held = this.held.subarray(at + mark.length);
        return before;
      }
      if (this.held.length > 65_536 || !(await this.more())) return undefined;
    }
  }

  private async more(): Promise<boolean> {
    const { value } = await this.reader.read();
    if (!value) return false;
    this.held = this.held.length === 0 ? Buffer.from(value) : Buffer.concat([this.held, value]);
    return true;
  }
}

const headEnd = Buffer.from("\r\n\r\n");
