// Saying something about a file on its page, taking it back, and looking at what stands beside it.

import { Hono } from "hono";
import { counted } from "../../../views/format.ts";
import { DetailFields, type DetailTexts, SidecarTable } from "../../../views/parts/details-form.tsx";
import { dateText, fieldNames, placeText } from "../../../views/parts/fact-words.ts";
import type { FileRow } from "../../db/tables/library.ts";
import { isSameValue, readSidecars, sidecarDiff } from "../../jobs/sidecar-import.ts";
import type { Change } from "../../library/file-facts.sqlite.ts";
import { type FactField, factFields, factsOf } from "../../library/file-facts.ts";
import { getFile } from "../../library/files.ts";
import { isoDate, toPlace } from "../../media/exif.ts";
import { line, names } from "../../media/sidecar.ts";
import { type Fault, GiveUp, NotFound, Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { editFacts, importSidecars } from "../fact-acts.ts";
import { askFirst } from "./ask-first.tsx";
import { done, refused } from "./flash.ts";
import { formFields } from "./form-data.ts";

export function fileDetailPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  const fileOf = (id: string) => getFile(app.db, Number(id));

  pages.get("/files/:id{[0-9]+}/details", async (c) => {
    const file = await fileOf(c.req.param("id"));
    return askFirst(app, c, {
      title: `About ${file.name}`,
      lines: [],
      action: `/files/${file.id}/details`,
      verb: "Save",
      danger: false,
      back: `/files/${file.id}`,
      asks: <DetailFields texts={await textsOf(app, file)} />,
    });
  });

  pages.post("/files/:id{[0-9]+}/details", async (c) => {
    const file = await fileOf(c.req.param("id"));
    const back = `/files/${file.id}`;
    try {
      const change = changeIn(await formFields(c), await textsOf(app, file));
      const { auditId, fields } = await editFacts(app, file, c.var.identity!.user, change);
      const text = fields.length > 0 ? `Saved: ${inWords(fields)}.` : "Nothing has changed.";
      return done(app, c, { text, undo: undoOf(auditId), back });
    } catch (error) {
      return refused(app, c, error, { back: `${back}/details` });
    }
  });

  pages.post("/files/:id{[0-9]+}/details/:field/back", async (c) => {
    const file = await fileOf(c.req.param("id"));
    const field = factFields.find((one) => one === c.req.param("field"));
    if (!field) throw new NotFound("field", c.req.param("field"));
    const { auditId } = await editFacts(app, file, c.var.identity!.user, { [field]: null });
    const text = `${fieldNames[field]}: what you said is taken back.`;
    return done(app, c, { text, undo: undoOf(auditId), back: `/files/${file.id}` });
  });

  pages.get("/files/:id{[0-9]+}/sidecars", async (c) => {
    const file = await fileOf(c.req.param("id"));
    const question = { action: `/files/${file.id}/sidecars`, danger: false, back: `/files/${file.id}` };
    try {
      const reading = await readSidecars(app, file, c.req.raw.signal);
      const diff = await sidecarDiff(app, reading);
      const found = Object.keys(reading.beside.stamps);
      const changes = diff.filter(({ now, willBe }) => !isSameValue(now, willBe)).length;
      const { subtitles } = reading.beside;
      return askFirst(app, c, {
        ...question,
        title: found.length > 0 ? `Beside ${file.name}` : `Nothing stands beside ${file.name}`,
        lines: [
          found.length > 0
            ? `Found: ${found.join(", ")}.`
            : "No NFO, XMP or Google Takeout file and no subtitles bear its name.",
          ...reading.faults.map(({ name, reason }) => `${name} cannot be read: ${reason}.`),
          ...(subtitles.length > 0 ? [`${counted(subtitles.length, "file")} of subtitles.`] : []),
          ...(diff.length > 0 && changes === 0 ? ["All of it is known already."] : []),
        ],
        verb: changes > 0 ? `Apply ${counted(changes, "change")}` : "Read the subtitles",
        isEmpty: changes === 0 && subtitles.length === 0,
        asks: <SidecarTable diff={diff} />,
      });
    } catch (error) {
      if (!(error instanceof GiveUp)) throw error;
      const title = "Its sidecars cannot be looked for";
      return askFirst(app, c, { ...question, title, lines: [error.message], verb: "", isEmpty: true });
    }
  });

  pages.post("/files/:id{[0-9]+}/sidecars", async (c) => {
    const file = await fileOf(c.req.param("id"));
    const back = `/files/${file.id}`;
    try {
      const { changed, subtitles, auditId } = await importSidecars(app, file, c.var.identity!.user);
      const parts = [
        changed.length > 0 ? `Taken over: ${inWords(changed.map(({ field }) => field))}.` : "",
        subtitles > 0 ? "The subtitles are being read." : "",
      ];
      const text = parts.filter(Boolean).join(" ") || "Nothing has changed.";
      return done(app, c, { text, undo: undoOf(auditId), back });
    } catch (error) {
      if (!(error instanceof GiveUp)) throw error;
      return refused(app, c, new Refused(409, error.code, error.message), { back });
    }
  });

  return pages;
}

async function textsOf(app: App, file: FileRow): Promise<DetailTexts> {
  const { title, description, rating, tags, people } = await factsOf(app.db, file.id);
  const { capturedAt, capturedOffsetMin: offsetMin, gpsLat: lat, gpsLon: lon } = file;
  return {
    title: title?.value ?? "",
    description: description?.value ?? "",
    rating: rating?.value ? String(rating.value) : "",
    tags: tags?.value.join(", ") ?? "",
    people: people?.value.join(", ") ?? "",
    capturedAt: capturedAt ? dateText({ atMs: capturedAt.getTime(), offsetMin }) : "",
    gps: lat !== null && lon !== null ? placeText({ lat, lon }) : "",
  };
}

/** Only what differs from what was shown. What somebody empties is said to be none; a date or place goes back to the file's. */
function changeIn(sent: Record<string, string>, shown: DetailTexts): Change {
  const tidied = (text: string) => text.replace(/\r\n?/g, "\n").trim();
  const change: Change = {};
  const faults: Fault[] = [];
  for (const field of Object.keys(shown) as (keyof DetailTexts)[]) {
    const text = tidied(sent[field] ?? shown[field]);
    // As it was when the form was opened: what came in since stays.
    if (text === tidied(sent[`was.${field}`] ?? shown[field])) continue;
    const value = typedValue(field, text);
    if (value === undefined) faults.push({ path: [field], message: complaints[field]! });
    else Object.assign(change, { [field]: value });
  }
  if (faults.length > 0)
    throw new Refused(422, "input.invalid", faults.map(({ message }) => message).join(" "), {
      errors: faults,
    });
  return change;
}

const complaints: Partial<Record<keyof DetailTexts, string>> = {
  rating: "A rating is 0.5 to 5 stars.",
  capturedAt: "The date is written as 2020-01-24 23:11:53 +01:00, and lies between 1826 and now.",
  gps: "The place is written as latitude, longitude: 45.5, 10.6.",
};

/** Undefined: that is none. */
function typedValue(field: keyof DetailTexts, text: string): unknown {
  switch (field) {
    case "title":
      return line(text, 300) ?? "";
    case "description":
      return text.slice(0, 10_000);
    case "rating":
      return text === "" ? 0 : /^(0\.5|[1-4](\.5)?|5)$/.test(text) ? Number(text) : undefined;
    case "tags":
    case "people":
      return names(text.split(",")) ?? [];
    case "capturedAt": {
      const date = isoDate(text);
      return text === "" ? null : date ? { atMs: date.capturedAtMs, offsetMin: date.offsetMin } : undefined;
    }
    case "gps": {
      const [, lat, lon] = /^(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
      return text === "" ? null : (lat && lon && toPlace(Number(lat), Number(lon))) || undefined;
    }
  }
}

function inWords(fields: FactField[]): string {
  return [...new Set(fields)].map((field) => fieldNames[field].toLowerCase()).join(", ");
}

function undoOf(auditId: number | null): string | undefined {
  return auditId === null ? undefined : `/files/acts/${auditId}/undo`;
}
