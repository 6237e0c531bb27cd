import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { flat, formOf, usualValues, valuesFrom } from "../../../src/http/pages/schema-form.ts";
import { kinds } from "../../../src/jobs/index.ts";

const schema = z.strictObject({
  fileId: z.union([z.int().positive(), z.string()]).meta({ title: "Video", fileTypes: ["video"] }),
  crf: z.int().min(1).max(51).optional().meta({ description: "Lower is better" }),
  quality: z.int().min(1).max(100).default(80),
  speed: z.number().min(0).optional(),
  loud: z.boolean().default(true),
  again: z.boolean().optional(),
  preset: z.enum(["fast", "slow"]).default("fast"),
  size: z.strictObject({ maxWidth: z.int().min(16).optional() }).optional(),
  tags: z.array(z.string()).optional(),
  marks: z.array(z.int()).optional(),
  note: z.string().optional(),
});
const { fields, isOpen } = formOf(schema)!;
const field = (name: string) => flat(fields).find((one) => one.name === `p.${name}`)!;

function sent(pairs: [string, string][]): FormData {
  const form = new FormData();
  for (const [name, value] of pairs) form.append(name, value);
  return form;
}

describe("the form of a schema", () => {
  test("gives each parameter the control that fits it", () => {
    const controls = Object.fromEntries(flat(fields).map(({ name, control }) => [name.slice(2), control]));
    expect(controls).toEqual({
      fileId: "file",
      crf: "number",
      quality: "slider",
      speed: "number",
      loud: "switch",
      again: "switch",
      preset: "choice",
      "size.maxWidth": "number",
      tags: "lines",
      marks: "lines",
      note: "text",
    });
    expect(isOpen).toBe(false);
  });

  test("says its limits, its words and what holds without it", () => {
    expect(field("crf")).toMatchObject({
      min: 1,
      max: 51,
      required: false,
      hint: "Lower is better",
      label: "Crf",
    });
    expect(field("fileId")).toMatchObject({ label: "Video", required: true, fileTypes: ["video"] });
    expect(field("preset")).toMatchObject({ usual: "fast", options: ["fast", "slow"] });
    expect(field("size.maxWidth")).toMatchObject({ label: "Max width", path: ["size", "maxWidth"], min: 16 });
    expect(usualValues(fields)).toEqual({ quality: 80, loud: true, preset: "fast" });
  });

  test("reads what was sent; what is empty is left out, what is no number stays as typed", () => {
    const form = sent([
      ["p.fileId", "12"],
      ["p.crf", ""],
      ["p.quality", "75"],
      ["p.speed", "fast"],
      ["p.preset", "slow"],
      ["p.size.maxWidth", "640"],
      ["p.tags", "a\r\n\r\n b "],
      ["p.marks", "1\n2"],
      ["p.note", " "],
    ]);
    expect(valuesFrom(form, fields)).toEqual({
      fileId: 12,
      quality: 75,
      speed: "fast",
      loud: false,
      preset: "slow",
      size: { maxWidth: 640 },
      tags: ["a", "b"],
      marks: [1, 2],
    });
  });

  test("is there for every kind of this build, with words a person can read", () => {
    for (const kind of kinds) {
      const form = formOf(kind.params)!;
      expect({ kind: kind.name, isOpen: form.isOpen }).toEqual({ kind: kind.name, isOpen: false });
      for (const one of flat(form.fields)) expect(one.control).not.toBe("json");
    }
    const transcode = formOf(kinds.find(({ name }) => name === "video-transcode")!.params)!;
    expect(transcode.fields.map(({ label }) => label)).toEqual([
      "Video",
      "Bit rate at most",
      "Preset",
      "Quality (CRF)",
      "Height at most",
    ]);
  });
});
