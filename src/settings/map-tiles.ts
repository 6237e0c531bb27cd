// The address that map tiles come from: a template with the place of a tile, as every tile server has it.

import { z } from "zod";

export const mapTilesSchema = z
  .string()
  .trim()
  .max(500)
  .refine(isTemplate, {
    message: "Give an address with {z}, {x} and {y}, like https://tile.openstreetmap.org/{z}/{x}/{y}.png",
  })
  .nullable();

/** What a page may load pictures from, as a content policy names it. */
export function tileHost(template: string): string {
  const url = new URL(template.replaceAll(/\{[a-z]+\}/g, "x"));
  const isAnyOf = /^https?:\/\/\{s\}\./.test(template);
  return `${url.protocol}//${isAnyOf ? `*.${url.host.replace(/^x\./, "")}` : url.host}`;
}

function isTemplate(text: string): boolean {
  const hasAll = ["{z}", "{x}", "{y}"].every((one) => text.includes(one));
  // Nothing that could add to the content policy.
  return hasAll && /^https?:\/\/(\{s\}\.)?[A-Za-z0-9.-]+(:\d{1,5})?\/[^\s"'<>;,]*$/.test(text);
}
