// Collections as pages: the wall, one with its files, arranging, and the form of a rule with and without scripts.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { LibraryRow } from "../../../src/db/tables/library.ts";
import { addMembers } from "../../../src/library/collection-members.sqlite.ts";
import { createCollection, filesOfCollection, listCollections } from "../../../src/library/collections.ts";
import { type Browser, memberBrowser, ownerBrowser } from "../../support/app.ts";
import { addDerivative, addFile, addLibrary, type MediaSite, mediaSite } from "../../support/media-site.ts";

let at: MediaSite;
let owner: Browser;
let family: LibraryRow;
beforeEach(async () => {
  at = await mediaSite();
  owner = await ownerBrowser(at.site);
  family = await addLibrary(at);
});
afterEach(() => at.close());

const text = async (path: string, by = owner) => (await by("GET", path)).text();
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const htmx = { "HX-Request": "true" };
const made = (name: string) => createCollection(at.app.db, { name }, 0);
const order = async (id: number) =>
  (await filesOfCollection(at.app.db, id, [], { limit: 100 })).files.map((row) => row.name);

const videoRule = {
  name: "Films",
  "r.match": "all",
  "r.0.field": "type",
  "r.0.op": "is",
  "r.0.value": "video",
};

test("the wall shows each with its covers and how many files", async () => {
  const a = await addFile(at, family, "a.jpg");
  await addDerivative(at, a, "thumbnail", "webp-240");
  const { id } = await made("Summer <2024>");
  addMembers(at.app.db, id, [a.id], 0);
  const page = await text("/collections");
  expect(page).toContain("Summer &lt;2024&gt;");
  expect(page).toContain(`/api/files/${a.id}/thumbnail?w=480`);
  expect(page).toContain("1 file");
  const member = await memberBrowser(at.app, at.site);
  const seen = await text("/collections", member);
  expect(seen).toContain(`/collections/${id}`);
  expect(seen).not.toContain("/collections/new");
  expect((await member("GET", "/collections/new/by-rule")).status).toBe(303);
  expect(await text(`/collections/${id}`, member)).toContain(`file-${a.id}`);
});

test("without scripts the form comes back with one row more, with what it matches, and is saved", async () => {
  await addFile(at, family, "film.mp4", { type: "video" });
  await addFile(at, family, "picture.jpg");
  const first = await text("/collections/new/by-rule?q=type:video");
  expect(first).toContain('name="r.0.field"');
  const more = await owner("POST", "/collections/draft", form({ ...videoRule, do: "add:r" }));
  const page = await more.text();
  expect(page).toContain('name="r.1.field"');
  expect(page).toContain('value="Films"');
  expect(page).toContain("Matches 1 file");
  expect(page).toContain("film.mp4");
  expect(page).not.toContain("picture.jpg");
  const saved = await owner("POST", "/collections", form(videoRule));
  const [row] = await listCollections(at.app.db);
  expect(saved.headers.get("location")).toBe(`/collections/${row!.id}`);
  expect(row!.rule).toEqual({ all: [{ field: "type", op: "is", value: "video" }] });
  expect(await text(`/collections/${row!.id}`)).toContain("Its files are being found");
  expect(await text(`/collections/${row!.id}/edit`)).toContain('value="video" selected');
});

test("with scripts a draft answers the editor and the look alone", async () => {
  const answer = await owner("POST", "/collections/draft", form({ ...videoRule, do: "check" }), htmx);
  const page = await answer.text();
  expect(page).toContain('hx-target="#rule"');
  expect(page).toContain('hx-target="#rule-look"');
  expect(page).toContain("Matches no file");
  expect(page).not.toContain("<html");
});

test("a rule that can't be read is said, and what was typed stays", async () => {
  const bad = { ...videoRule, "r.0.field": "size", "r.0.op": ">", "r.0.value": "much" };
  expect(await (await owner("POST", "/collections/draft", form(bad))).text()).toContain("much is not a size");
  const refused = await owner("POST", "/collections", form(bad));
  expect(refused.status).toBe(422);
  const page = await refused.text();
  expect(page).toContain('value="much"');
  expect(page).toContain("much is not a size");
  const empty = await owner(
    "POST",
    "/collections",
    form({ ...videoRule, "r.0.field": "name", "r.0.value": "" }),
  );
  expect(await empty.text()).toContain("The rule says nothing yet");
  expect(await listCollections(at.app.db)).toEqual([]);
});

test("files are moved, taken out and brought back", async () => {
  const files = [];
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) files.push(await addFile(at, family, name));
  const [a, b, c] = files as [(typeof files)[0], (typeof files)[0], (typeof files)[0]];
  const { id } = await made("Mine");
  addMembers(at.app.db, id, [a.id, b.id, c.id], 0);
  const act = (file: { id: number }, verb: string, headers = {}) =>
    owner("POST", `/collections/${id}/files/${file.id}/${verb}`, "", headers);
  expect(await text(`/collections/${id}?arrange=1`)).toContain("Move earlier: b.jpg");
  await act(c, "earlier");
  expect(await order(id)).toEqual(["a.jpg", "c.jpg", "b.jpg"]);
  await act(a, "later");
  expect(await order(id)).toEqual(["c.jpg", "a.jpg", "b.jpg"]);
  await act(b, "first");
  expect(await order(id)).toEqual(["b.jpg", "c.jpg", "a.jpg"]);
  await act(b, "last");
  expect(await order(id)).toEqual(["c.jpg", "a.jpg", "b.jpg"]);
  await act(c, "earlier");
  expect(await order(id)).toEqual(["c.jpg", "a.jpg", "b.jpg"]);
  const out = await (await act(a, "take-out", htmx)).text();
  expect(await order(id)).toEqual(["c.jpg", "b.jpg"]);
  const undo = /formaction="([^"]*\/undo)"/.exec(out)![1]!;
  await owner("POST", undo, "");
  expect(await order(id)).toEqual(["c.jpg", "a.jpg", "b.jpg"]);
});

test("ticked files of a library go into a collection, or a new one, and out again", async () => {
  const a = await addFile(at, family, "a.jpg");
  const b = await addFile(at, family, "b.jpg");
  const { id } = await made("Mine");
  addMembers(at.app.db, id, [a.id], 0);
  const path = `/libraries/${family.id}/files/collect`;
  const question = await text(`${path}?ids=${a.id},${b.id}`);
  expect(question).toContain(`<option value="${id}">Mine</option>`);
  const ids = `${a.id},${b.id}`;
  const answer = await owner("POST", path, form({ ids, sure: "1", collection: String(id) }), htmx);
  const said = await answer.text();
  expect(said).toContain("1 file is in Mine. 1 was in it already.");
  expect(await order(id)).toEqual(["a.jpg", "b.jpg"]);
  await owner("POST", /formaction="([^"]*\/undo)"/.exec(said)![1]!, "");
  expect(await order(id)).toEqual(["a.jpg"]);
  await owner("POST", path, form({ ids, sure: "1", collection: String(id), name: "New one" }));
  const fresh = (await listCollections(at.app.db)).find((row) => row.name === "New one")!;
  expect(await order(fresh.id)).toEqual(["a.jpg", "b.jpg"]);
  // Without scripts nobody has been asked yet.
  expect(await (await owner("POST", path, form({ ids }))).text()).toContain("Or make a new one, called");
});

test("removing asks first and says how many; its files stay", async () => {
  const a = await addFile(at, family, "a.jpg");
  const { id } = await made("Mine");
  addMembers(at.app.db, id, [a.id], 0);
  expect(await text(`/collections/${id}/remove`)).toContain("The file in it stays");
  await owner("POST", `/collections/${id}/remove`, "");
  expect(await listCollections(at.app.db)).toEqual([]);
  expect((await owner("GET", `/api/files/${a.id}`)).status).toBe(200);
});

test("a long one goes on page by page, each file once", async () => {
  const { id } = await made("Long");
  const ids = [];
  for (let i = 0; i < 95; i++) ids.push((await addFile(at, family, `${i}.jpg`)).id);
  addMembers(at.app.db, id, ids, 0);
  const shown = (page: string) => [...page.matchAll(/id="file-(\d+)"/g)].map((m) => Number(m[1]));
  const first = await text(`/collections/${id}`);
  const next = /hx-get="([^"]*)"/
    .exec(first.slice(first.indexOf("shots-more")))![1]!
    .replaceAll("&amp;", "&");
  expect([...shown(first), ...shown(await text(next))]).toEqual(ids);
});
