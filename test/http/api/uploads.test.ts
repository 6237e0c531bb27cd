// Uploads by the tus protocol: what may begin, how it goes on, and what stands in the library in the end.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { file, type LibraryRow, library } from "../../../src/db/tables/library.ts";
import { forgottenFile, upload } from "../../../src/db/tables/media.ts";
import { makeFolder } from "../../../src/library/make-folder.ts";
import { uploadSweep } from "../../../src/library/uploads.ts";
import { memberInput, ownerInput } from "../../support/app.ts";
import { addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let into: LibraryRow;
let token: string;

let owners: string;
let libraries = 0;

beforeAll(async () => {
  at = await mediaSite();
  owners = await tokenOf(ownerInput, "owner");
});
beforeEach(async () => {
  token = owners;
  await at.app.db.delete(library);
  rmSync(at.app.paths.uploads, { recursive: true, force: true });
  mkdirSync(at.app.paths.uploads);
  into = await addLibrary(at, `Family ${++libraries}`);
  chmodSync(into.path, 0o755);
  await at.app.db.update(library).set({ readOnly: false });
});
afterAll(() => at.close());

async function tokenOf(
  input: typeof ownerInput,
  role: "owner" | "member",
  scopes: ("read" | "write")[] = ["read", "write"],
) {
  const user = await at.app.accounts.createUser({ ...input, role });
  const asked = { userId: user.id, name: "up", scopes, expiresAt: null };
  return (await at.app.accounts.createToken(asked)).secret;
}

const bytes = Buffer.from("bytes of a picture");
const metadata = (facts: Record<string, string>) =>
  Object.entries(facts)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`)
    .join(",");

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Buffer | ReadableStream,
) {
  const all = {
    host: "localhost:8420",
    authorization: `Bearer ${token}`,
    "tus-resumable": "1.0.0",
    ...headers,
  };
  return at.site.request(
    `http://localhost:8420${path}`,
    { method, headers: all, body: body as BodyInit, ...(body && { duplex: "half" }) } as RequestInit,
    { requestIP: () => ({ address: "127.0.0.1", family: "IPv4", port: 50_000 }) },
  );
}
const root = () => `/api/libraries/${into.id}/uploads`;
const begin = (facts: Record<string, string>, length = bytes.length) =>
  ask("POST", root(), { "upload-length": String(length), "upload-metadata": metadata(facts) });
const send = (place: string, some: Buffer | ReadableStream, offset = 0) =>
  ask(
    "PATCH",
    place,
    { "upload-offset": String(offset), "content-type": "application/offset+octet-stream" },
    some,
  );
const offsetOf = async (place: string) => Number((await ask("HEAD", place)).headers.get("upload-offset"));

async function put(facts: Record<string, string>, content = bytes) {
  const begun = await begin(facts, content.length);
  const place = begun.headers.get("location")!;
  expect((await send(place, content)).status).toBe(204);
  return (await (await ask("GET", place)).json()) as { state: string; fileId: string; path: string };
}

test("a file comes in pieces, and stands in the library with its date, its row and what follows of it", async () => {
  const begun = await begin({
    filename: "naïve – 名前.jpg",
    folder: "new/trip",
    lastModified: "1614834367123",
  });
  expect(begun.status).toBe(201);
  const place = begun.headers.get("location")!;
  expect(place).toMatch(new RegExp(`^${root()}/[0-9a-f]{32}$`));
  expect((await send(place, bytes.subarray(0, 5))).headers.get("upload-offset")).toBe("5");
  expect(await offsetOf(place)).toBe(5);
  expect(await (await ask("GET", root())).json()).toMatchObject({
    data: [{ receivedBytes: 5, state: "receiving" }],
  });
  expect((await send(place, bytes.subarray(5), 5)).status).toBe(204);
  const path = "new/trip/naïve – 名前.jpg";
  expect(await (await ask("GET", place)).json()).toMatchObject({ state: "added", path });
  expect(readFileSync(join(into.path, path)).equals(bytes)).toBe(true);
  expect(statSync(join(into.path, path)).mtimeMs).toBe(1614834367123);
  // For those to read who may read the library, as media servers do under other users.
  expect(statSync(join(into.path, path)).mode & 0o777).toBe(0o644);
  expect(await at.app.db.select().from(file)).toMatchObject([{ path, type: "image", state: "ok" }]);
  const { jobs } = await at.app.store.list({}, "newest", 0, 10);
  const following = jobs.filter((job) => job.subject.group === into.id);
  expect(following.map((job) => job.kind).sort()).toEqual(["file-hash", "file-metadata"]);
  expect(await at.app.db.select().from(upload)).toEqual([]);
  expect(readdirSync(at.app.paths.uploads)).toEqual([]);
});

test("a connection that breaks keeps what has come, and it goes on from there", async () => {
  const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
  const broken = new ReadableStream({
    pull(controller) {
      if (this.sent) return controller.error(new Error("gone"));
      this.sent = true;
      controller.enqueue(bytes.subarray(0, 7));
    },
  } as UnderlyingDefaultSource & { sent?: boolean });
  expect((await send(place, broken)).status).toBeGreaterThanOrEqual(400);
  const offset = await offsetOf(place);
  await send(place, bytes.subarray(offset), offset);
  expect(readFileSync(join(into.path, "a.jpg")).equals(bytes)).toBe(true);
});

test("the wrong offset, and no protocol, are refused as problems", async () => {
  const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
  const wrong = await send(place, bytes, 3);
  expect([wrong.status, wrong.headers.get("content-type")]).toEqual([409, "application/problem+json"]);
  expect((await ask("PATCH", place, { "tus-resumable": "0.2.2" })).status).toBe(400);
});

test("given up, nothing of it is left", async () => {
  const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
  await send(place, bytes.subarray(0, 5));
  expect((await ask("DELETE", place)).status).toBe(204);
  expect((await ask("HEAD", place)).status).toBe(404);
  expect(readdirSync(at.app.paths.uploads)).toEqual([]);
});

test("OPTIONS says what the server speaks", async () => {
  const { headers } = await ask("OPTIONS", root());
  expect(headers.get("tus-version")).toBe("1.0.0");
  expect(headers.get("tus-extension")).toBe("creation,creation-with-upload,termination");
});

describe("what stands there already", () => {
  test("is never written over", async () => {
    writeFileSync(join(into.path, "a.jpg"), "somebody's");
    expect(await put({ filename: "a.jpg" })).toMatchObject({ state: "added", path: "a (2).jpg" });
    expect(readFileSync(join(into.path, "a.jpg"), "utf8")).toBe("somebody's");
  });

  test("as a folder that a Mac has named is found by its name", async () => {
    mkdirSync(join(into.path, "Fa\u0308hre"));
    expect(await put({ filename: "a.jpg", folder: "F\u00e4hre" })).toMatchObject({ state: "added" });
    expect(readdirSync(into.path)).toEqual(["Fa\u0308hre"]);
  });

  test("by content, under whatever name, is not put there twice", async () => {
    const first = await put({ filename: "a.jpg" });
    const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    await at.app.db.update(file).set({ sha256 });
    expect(await put({ filename: "b.jpg" })).toMatchObject({
      state: "identical",
      path: "a.jpg",
      fileId: first.fileId,
    });
    expect(readdirSync(into.path)).toEqual(["a.jpg"]);
  });

  test("but was written to since it was hashed, is not the same", async () => {
    await put({ filename: "a.jpg" });
    const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    await at.app.db.update(file).set({ sha256 });
    writeFileSync(join(into.path, "a.jpg"), "x".repeat(bytes.length));
    utimesSync(join(into.path, "a.jpg"), 1, 1);
    expect(await put({ filename: "a.jpg" })).toMatchObject({ state: "added", path: "a (2).jpg" });
  });

  test("and was forgotten, is wanted again when it is uploaded", async () => {
    await at.app.db.insert(forgottenFile).values({
      libraryId: into.id,
      path: "a.jpg",
      sizeBytes: bytes.length,
      mtimeMs: 1614834367123,
      forgottenAt: new Date(0),
    });
    expect(await put({ filename: "a.jpg", lastModified: "1614834367123" })).toMatchObject({ state: "added" });
    expect(await at.app.db.select().from(file)).toHaveLength(1);
  });
});

describe("may not begin", () => {
  test.each([
    ["../a.jpg", 422],
    ["/etc/a.jpg", 422],
    ["a\\b.jpg", 422],
    ["a\u0000.jpg", 422],
    ["a\u202Egpj.exe.jpg", 422],
    [".hidden.jpg", 422],
    ["con.jpg", 422],
    ["", 422],
    [`${"x".repeat(300)}.jpg`, 422],
    ["virus.exe", 415],
    ["noextension", 415],
  ])("%p", async (filename, status) => {
    expect((await begin({ filename })).status).toBe(status);
    expect(readdirSync(at.app.paths.uploads)).toEqual([]);
  });

  test.each(["..", "a/../../b", "/abs", ".trash", "a//b", "@eaDir"])("in the folder %p", async (folder) => {
    const { status } = await begin({ filename: "a.jpg", folder });
    expect(status).toBe(422);
  });

  test("in a read-only library: 403 with the reason", async () => {
    await at.app.db.update(library).set({ readOnly: true });
    const answer = await begin({ filename: "a.jpg" });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      403,
      "library.readonly",
    ]);
  });

  test.skipIf(process.getuid?.() === 0)("onto a disk that cannot be written to", async () => {
    chmodSync(into.path, 0o555);
    const answer = await begin({ filename: "a.jpg" });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([409, "disk.readonly"]);
  });

  test("of a type that the library is not scanned for", async () => {
    await at.app.db.update(library).set({ scanImages: false });
    expect((await begin({ filename: "a.jpg" })).status).toBe(422);
  });

  test("larger than the disk", async () => {
    const answer = await begin({ filename: "a.jpg" }, 900_000_000_000_000);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, "disk.full"]);
  });

  test("below the empty folder of a disk that is not mounted, nor is a folder made there", async () => {
    await at.app.db.update(library).set({ rootIdentity: "1:1" });
    const answer = await begin({ filename: "a.jpg" });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([409, "library.root"]);
    const made = await makeFolder(at.app, { ...into, readOnly: false, rootIdentity: "1:1" }, "new").catch(
      (error) => error.code,
    );
    expect([made, readdirSync(into.path)]).toEqual(["library.root", []]);
  });

  test("by members, and by tokens that may only read", async () => {
    token = await tokenOf(memberInput, "member");
    expect((await begin({ filename: "a.jpg" })).status).toBe(403);
  });

  test("into another library's upload", async () => {
    const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
    mkdirSync(join(at.mediaFolder, "Other"));
    const other = await addLibrary(at, "Other");
    expect((await send(place.replace(`/${into.id}/`, `/${other.id}/`), bytes)).status).toBe(404);
  });
});

describe("after a crash", () => {
  test("what was whole goes into its library", async () => {
    const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
    writeFileSync(join(at.app.paths.uploads, place.split("/").at(-1)!), bytes);
    await at.app.arrivals.loop().step(new AbortController().signal);
    expect(existsSync(join(into.path, "a.jpg"))).toBe(true);
    expect(await at.app.db.select().from(upload)).toEqual([]);
  });

  test("what was in its place already is not put there again", async () => {
    const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
    writeFileSync(join(at.app.paths.uploads, place.split("/").at(-1)!), bytes);
    writeFileSync(join(into.path, "a.jpg"), bytes);
    await at.app.db.update(upload).set({ placedPath: "a.jpg" });
    await at.app.arrivals.loop().step(new AbortController().signal);
    expect(readdirSync(into.path)).toEqual(["a.jpg"]);
    expect(await at.app.db.select().from(file)).toMatchObject([{ path: "a.jpg" }]);
  });

  test("another file of its size that somebody put in its place meanwhile does not count as it", async () => {
    const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
    writeFileSync(join(at.app.paths.uploads, place.split("/").at(-1)!), bytes);
    writeFileSync(join(into.path, "a.jpg"), "x".repeat(bytes.length));
    await at.app.db.update(upload).set({ placedPath: "a.jpg" });
    await at.app.arrivals.loop().step(new AbortController().signal);
    expect(readdirSync(into.path).sort()).toEqual(["a (2).jpg", "a.jpg"]);
    expect(readFileSync(join(into.path, "a (2).jpg"))).toEqual(bytes);
  });

  test("what is whole waits for its library's disk, however long that is away", async () => {
    const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
    const id = place.split("/").at(-1)!;
    writeFileSync(join(at.app.paths.uploads, id), bytes);
    await at.app.clock.advance(30 * 86_400_000);
    await uploadSweep(at.app).step(new AbortController().signal);
    expect(readdirSync(at.app.paths.uploads)).toEqual([id]);
  });

  test("what nobody went on with for a week is cleared away", async () => {
    const place = (await begin({ filename: "a.jpg" })).headers.get("location")!;
    await send(place, bytes.subarray(0, 3));
    const sweep = uploadSweep(at.app);
    await sweep.step(new AbortController().signal);
    expect(await offsetOf(place)).toBe(3);
    await at.app.clock.advance(4 * 86_400_000);
    await send(place, bytes.subarray(3, 4), 3);
    await at.app.clock.advance(4 * 86_400_000);
    await sweep.step(new AbortController().signal);
    expect(await offsetOf(place)).toBe(4);
    await at.app.clock.advance(3 * 86_400_000 + 1);
    await sweep.step(new AbortController().signal);
    expect((await ask("HEAD", place)).status).toBe(404);
    expect(readdirSync(at.app.paths.uploads)).toEqual([]);
  });
});
