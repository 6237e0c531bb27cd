// Text in three-letter pieces, as the indexes of text keep it, and LIKE's patterns for text anywhere.

/** Letters beyond ASCII match any one letter: LIKE knows no case for them. Written for `ESCAPE '\'`. */
export function anywhere(text: string): string {
  const pattern = text
    .replace(/[\\%_]/g, "\\$&")
    .replace(/\P{ASCII}/gu, (c) => (c.toLowerCase() === c.toUpperCase() ? c : "_"));
  return `%${pattern}%`;
}

/** The index's query for text anywhere; undefined when it is too short to be looked up. */
export function piecesOf(text: string): string | undefined {
  const letters = [...text];
  const pieces = new Set<string>();
  for (let at = 0; at + 3 <= letters.length; at++)
    pieces.add(
      `"${letters
        .slice(at, at + 3)
        .join("")
        .replaceAll('"', '""')}"`,
    );
  // A dozen pieces narrow it down as well as all of them.
  return pieces.size === 0 ? undefined : [...pieces].slice(0, 12).join(" AND ");
}
