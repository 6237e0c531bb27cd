// A picture with a film's name on it, to stand before the film. Runs in the native child only.

import sharp from "sharp";
import type { NativeOps } from "./native-ops.ts";

export async function renderTitleCard(args: NativeOps["card.render"]["args"]): Promise<{ hasText: boolean }> {
  const { width, height, path } = args;
  const text = await textOf(args);
  const middle = Math.round(height / 2);
  const line = { width: Math.round(width / 12), height: Math.max(2, Math.round(height / 240)) };
  const parts = text
    ? [{ input: text.data, left: Math.round((width - text.width) / 2), top: top(text.height) }]
    : [];
  await sharp({ create: { width, height, channels: 3, background } })
    .composite([
      ...parts,
      {
        input: { create: { ...line, channels: 3, background: accent } },
        left: Math.round((width - line.width) / 2),
        top: Math.min(
          height - line.height - 2,
          text ? top(text.height) + text.height + Math.round(height / 18) : middle,
        ),
      },
    ])
    .png()
    .toFile(path);
  return { hasText: text !== undefined };

  function top(textHeight: number): number {
    return Math.round(middle - textHeight / 2 - height / 30);
  }
}

const background = "#0f1216";
const accent = "#5b8def";

/** Undefined where this machine has no font: then letters come out as nothing, or as empty boxes. */
async function textOf({ width, height, title, lines }: NativeOps["card.render"]["args"]) {
  if (!(await hasFonts())) return undefined;
  const short = Math.min(width, height);
  const markup = [
    `<span foreground="#ffffff" weight="bold" size="${points(short / 14)}">${escaped(title)}</span>`,
    ...lines.map((one) => `<span foreground="#a9b2bd" size="${points(short / 26)}">${escaped(one)}</span>`),
  ].join("\n");
  const most = { width: Math.round(width * 0.84), height: Math.round(height * 0.7) };
  const { data, info } = await sharp({
    text: {
      text: markup,
      font: "sans",
      rgba: true,
      dpi: 72,
      align: "centre",
      width: most.width,
      wrap: "word-char",
      spacing: Math.round(short / 40),
    },
  })
    .resize({ ...most, fit: "inside", withoutEnlargement: true })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Two letters that look different where there is a font, and alike as boxes where there is none. */
async function hasFonts(): Promise<boolean> {
  const drawn = await Promise.all(
    ["I", "W"].map((text) =>
      sharp({ text: { text, font: "sans", dpi: 300 } })
        .raw()
        .toBuffer({ resolveWithObject: true })
        .then(({ data, info }) => `${info.width}×${info.height}:${Bun.hash(data)}`)
        .catch(() => "nothing"),
    ),
  );
  return drawn[0] !== drawn[1];
}

/** Pango counts in 1024ths of a point; at 72 dpi a point is a pixel. */
function points(pixels: number): number {
  return Math.round(pixels * 1024);
}

function escaped(text: string): string {
  return text
    .replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]!)
    .replace(/[\p{Cc}\p{Cs}]/gu, " ");
}
