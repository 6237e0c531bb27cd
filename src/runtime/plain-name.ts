// Names that people give: one line, shown as it is typed. Control characters break lists and logs, and a turned writing
// direction makes a name look like another.

const unplain = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export const notPlain = "A name is one line without control characters.";

export function isPlainName(text: string): boolean {
  return !unplain.test(text);
}

/** For names that come from elsewhere, as a folder's. */
export function asPlainName(text: string): string {
  return text.replace(new RegExp(unplain, "gu"), "\ufffd");
}
