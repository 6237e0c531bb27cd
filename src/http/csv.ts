// Tables as CSV (RFC 4180) for spreadsheets, sent batch by batch. A cell that a spreadsheet would run as a formula is
// made text: what stands in it comes from file names and tools' messages.

export type Cell = string | number | Date | null;

export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** A download of rows that are made while it is read. */
export function csvResponse(name: string, rows: AsyncIterable<string> | Iterable<string>): Response {
  return download(name, "text/csv", rows);
}

/** A download that is written while it is read: nobody holds all of it in memory. */
export function download(
  name: string,
  type: "text/csv" | "application/json",
  chunks: AsyncIterable<string> | Iterable<string>,
): Response {
  const source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
      // Each batch is a query that takes no turn of the event loop: others get theirs.
      await new Promise((resolve) => setImmediate(resolve));
    },
    cancel: () => void source.return?.(),
  });
  return new Response(body, {
    headers: {
      "Content-Type": type === "text/csv" ? "text/csv; charset=utf-8" : type,
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
    },
  });
}

/** The first row, then one per record. */
export async function* csvLines<T>(
  header: readonly string[],
  batches: AsyncIterable<T[]> | Iterable<T[]>,
  cells: (record: T) => Cell[],
): AsyncGenerator<string> {
  yield csvRow(header);
  for await (const batch of batches) yield batch.map((record) => csvRow(cells(record))).join("");
}

/** One array, however long. */
export async function* jsonArray<T>(
  batches: AsyncIterable<T[]> | Iterable<T[]>,
  view: (record: T) => unknown,
): AsyncGenerator<string> {
  let before = "[";
  for await (const batch of batches) {
    yield batch.map((record, i) => `${i === 0 ? before : ",\n"}${JSON.stringify(view(record))}`).join("");
    before = ",\n";
  }
  yield before === "[" ? "[]" : "]";
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
