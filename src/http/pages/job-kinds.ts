// The types of jobs to choose from: what each is about, and which fit what somebody came from.

import type { KindChoice } from "../../../views/parts/kind-chooser.tsx";
import { type JobKind, vramOf } from "../../queue/kind.ts";
import type { App } from "../context.ts";
import { filesNamed } from "./job-file-search.ts";
import { type FormField, flat, formOf } from "./schema-form.ts";

interface Ask {
  /** Words of its name, description or queue. */
  find: string;
  /** Ids, or empty. */
  file: string;
  library: string;
}

/** What cannot be about the file is not offered for it. */
export async function kindsFor(app: App, { find, file, library }: Ask): Promise<KindChoice[]> {
  const words = find.toLowerCase().split(/\s+/);
  const [row] = /^\d{1,15}$/.test(file) ? await filesNamed(app, [Number(file)]) : [];
  const kept = Object.entries({ file, library }).filter(([, id]) => id !== "");
  return app.queue.catalogue.kinds
    .filter((kind) => !row || fieldsOf(kind).some((field) => takes(field, row.type)))
    .map((kind) => kindChoice(app, kind, kept))
    .filter((k) => {
      const text = `${k.name} ${k.alias} ${k.label} ${k.description} ${k.queue}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
}

export function kindChoice(app: App, kind: JobKind, kept: [string, string][] = []): KindChoice {
  const { name, alias, label, description, queue, category } = kind;
  return {
    name,
    alias,
    label,
    description,
    queue,
    category,
    vramMb: vramOf(kind, app.tools),
    section: app.queue.catalogue.queueByName.get(queue)?.section ?? "",
    about: aboutWhat(kind),
    href: `/admin/jobs/new?${new URLSearchParams([["type", name], ...kept])}`,
  };
}

function aboutWhat(kind: JobKind): string {
  const field = fieldsOf(kind).find(({ control }) => ["file", "files", "library"].includes(control));
  if (!field) return "nothing in particular";
  if (field.control === "library") return "a library";
  if (!field.fileTypes?.length) return field.control === "files" ? "files" : "a file";
  return field.fileTypes.map((type) => typeWords[type]).join(" or ");
}

const typeWords = { video: "a video", image: "a picture", audio: "a sound" };

function takes({ control, fileTypes = [] }: FormField, type: "video" | "image" | "audio"): boolean {
  return (control === "file" || control === "files") && (fileTypes.length === 0 || fileTypes.includes(type));
}

function fieldsOf(kind: JobKind): FormField[] {
  return flat(formOf(kind.params)?.fields ?? []);
}
