// Collections by the API: made, read, changed, filled and emptied; what members see of them.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { LibraryRow } from "../../../src/db/tables/library.ts";
import { listAudit } from "../../../src/http/audit.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let family: LibraryRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  family = await addLibrary(at);
});
afterEach(() => at.close());

const json = async (answer: Promise<Response>) => (await answer).json();
const post = (path: string, body: unknown) => owner("POST", path, body);

test("one chosen by hand is made, filled, emptied and removed, and the audit log says so", async () => {
  const a = await addFile(at, family, "a.jpg");
  const b = await addFile(at, family, "b.jpg");
  const answer = await post("/api/collections", { name: " Summer ", fileIds: [String(a.id)] });
  expect(answer.status).toBe(201);
  const made = await answer.json();
  expect(made).toMatchObject({ name: "Summer", dynamic: false, rule: null, files: 1 });
  const path = `/api/collections/${made.id}`;
  const added = await json(post(`${path}/files`, { fileIds: [String(a.id), String(b.id), "999"] }));
  expect(added).toEqual({ added: 1, skipped: 2 });
  expect((await json(owner("GET", path))).data.map((f: { name: string }) => f.name)).toEqual([
    "a.jpg",
    "b.jpg",
  ]);
  expect((await owner("DELETE", `${path}/files/${a.id}`)).status).toBe(204);
  expect((await owner("DELETE", `${path}/files/${a.id}`)).status).toBe(404);
  const second = await json(owner("GET", `${path}?page=2&limit=1`));
  expect(second).toMatchObject({ data: [], pagination: { total: 1, totalPages: 1 } });
  const renamed = await json(owner("PATCH", path, { name: "Winter", coverFileId: String(b.id) }));
  expect(renamed).toMatchObject({ name: "Winter", coverFileId: String(b.id) });
  expect((await owner("DELETE", path)).status).toBe(204);
  expect((await owner("GET", path)).status).toBe(404);
  const acts = (await listAudit(at.app, 1, 20)).entries.map((entry) => entry.action);
  expect(acts.filter((act) => act.startsWith("collection."))).toEqual([
    "collection.remove",
    "collection.change",
    "collection.take-out",
    "collection.add",
    "collection.add",
    "collection.create",
  ]);
});

test("a dynamic one says its rule in words, and has its files found at once, and anew with a new rule", async () => {
  const rule = { all: [{ field: "type", op: "is", value: "video" }] };
  const made = await json(post("/api/collections", { name: "Films", rule }));
  expect(made).toMatchObject({ dynamic: true, rule, ruleText: "type:video", refreshedAt: null });
  const jobs = async () => (await at.app.store.list({ kind: ["collection-refresh"] }, "newest", 0, 10)).jobs;
  expect((await jobs()).map((job) => job.params)).toEqual([{ collectionId: Number(made.id) }]);
  const path = `/api/collections/${made.id}`;
  expect((await post(`${path}/files`, { fileIds: ["1"] })).status).toBe(409);
  await owner("PATCH", path, { rule: { field: "type", value: "image" } });
  expect((await json(owner("GET", path))).ruleText).toBe("type:image");
  // The same work is open already.
  expect(await jobs()).toHaveLength(1);
  expect(await json(post(`${path}/refresh`, undefined))).toMatchObject({ deduplicated: true });
});

test("a rule that is wrong is refused with the place of each fault", async () => {
  const rule = {
    any: [{ field: "typ", value: "video" }, { not: { field: "captured", op: "<", value: "soon" } }],
  };
  const answer = await post("/api/collections", { name: "Bad", rule });
  expect(answer.status).toBe(422);
  const { code, errors } = await answer.json();
  expect(code).toBe("rule.invalid");
  expect(errors).toMatchObject([
    { path: ["rule", "any", 0, "field"], message: expect.stringContaining("Did you mean type?") },
    { path: ["rule", "any", 1, "not", "value"] },
  ]);
  const shape = await json(post("/api/collections", { name: "Bad", rule: { all: 7 } }));
  expect(shape.errors).toMatchObject([{ path: ["rule", "all"] }]);
  expect((await json(owner("GET", "/api/collections"))).pagination.total).toBe(0);
});

test("one chosen by hand takes no rule, one with a rule no files, and none goes without a name", async () => {
  const hand = await json(post("/api/collections", { name: "Mine" }));
  const rule = { field: "type", value: "video" };
  expect((await owner("PATCH", `/api/collections/${hand.id}`, { rule })).status).toBe(422);
  expect((await post("/api/collections", { name: "Both", rule, fileIds: ["1"] })).status).toBe(422);
  expect((await post("/api/collections", { name: "  " })).status).toBe(422);
});

test("members read, and see nothing of hidden libraries or the trash; changes are for owners", async () => {
  const secret = await addLibrary(at, "Secret", { nsfw: true });
  const ids = [
    await addFile(at, family, "open.jpg"),
    await addFile(at, secret, "hidden.jpg"),
    await addFile(at, family, "gone.jpg", { trashedAt: new Date(1) }),
  ].map(({ id }) => String(id));
  const { id } = await json(post("/api/collections", { name: "All", fileIds: ids }));
  const member = await memberBrowser(at.app, at.site);
  const seen = await json(member("GET", `/api/collections/${id}`));
  expect(seen.data.map((f: { name: string }) => f.name)).toEqual(["open.jpg"]);
  expect(seen).toMatchObject({ files: 1, hiddenNsfw: 1, pagination: { total: 1 } });
  expect((await member("POST", "/api/collections", { name: "No" })).status).toBe(403);
  expect((await member("DELETE", `/api/collections/${id}`)).status).toBe(403);
  await at.app.settings.change({ nsfwVisible: true }, null);
  expect((await json(member("GET", `/api/collections/${id}`))).files).toBe(2);
});
