// A place in a film as people type it: `90`, `1:30`, `1:30.5`, `1:02:03.250`.

/** In milliseconds; undefined for what is no time. */
export function parseTime(text: string): number | undefined {
  const parts = /^(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7}(?:[.,]\d{1,3})?)$/.exec(text.trim());
  if (!parts) return undefined;
  const [, h = "0", m = "0", s] = parts;
  return Math.round((Number(h) * 3600 + Number(m) * 60 + Number(s!.replace(",", "."))) * 1000);
}
