// Many buckets of one lane in few bytes: column by column, so that like stands beside like, and deflated. A year of 25 busy
// kinds is a third of what its rows would be.

import { noFigures } from "./figures.ts";
import { bins, type Histogram } from "./histogram.ts";
import type { Figures } from "./measure-store.ts";

/** Rows of whole numbers, the first column rising: times. */
export type Columns = number[][];

const countColumns = ["completed", "notNeeded", "failed", "retries", "waitMs", "runMs"] as const;
type Count = (typeof countColumns)[number];

export interface Bucket extends Figures {
  at: number;
}

/** Everything but the histograms, which only percentiles need. */
export interface UnpackedCounts {
  at: number[];
  counts: Record<Count, number[]>;
}

export function packFigures(buckets: Bucket[]): Uint8Array {
  const bytes = new Bytes();
  bytes.write(buckets.length);
  bytes.writeRising(buckets.map((b) => b.at));
  for (const name of countColumns)
    for (const b of buckets) bytes.write(name.endsWith("Ms") ? coarse(b[name]) : b[name]);
  for (const name of ["waits", "runs"] as const) writeHistograms(bytes, buckets, name);
  return bytes.deflated();
}

export function unpackFigures(data: Uint8Array): Bucket[] {
  const { at, counts } = unpackCounts(data);
  const buckets = at.map((time, i) => {
    const bucket: Bucket = { at: time, ...noFigures() };
    for (const name of countColumns) bucket[name] = counts[name][i]!;
    return bucket;
  });
  const byTime = new Map(buckets.map((b) => [b.at, b]));
  for (const of of ["waits", "runs"] as const) unpackHistograms(data, of, (time) => byTime.get(time)![of]);
  return buckets;
}

export function unpackCounts(data: Uint8Array): UnpackedCounts {
  return readCounts(new Reader(data));
}

/** Adds each bucket's histogram to the one that `into` answers for its time; undefined leaves it out. */
export function unpackHistograms(
  data: Uint8Array,
  of: "waits" | "runs",
  into: (at: number) => Histogram | undefined,
): void {
  const reader = new Reader(data);
  const targets = readCounts(reader).at.map(into);
  if (of === "runs") readHistograms(reader, []);
  readHistograms(reader, targets);
}

export function packColumns([times = [], ...rest]: Columns): Uint8Array {
  const bytes = new Bytes();
  bytes.write(times.length);
  bytes.write(rest.length);
  bytes.writeRising(times);
  for (const column of rest) for (const n of column) bytes.write(n);
  return bytes.deflated();
}

export function unpackColumns(data: Uint8Array): Columns {
  const reader = new Reader(data);
  const rows = reader.read();
  const columns = reader.read();
  return [reader.readRising(rows), ...Array.from({ length: columns }, () => reader.readMany(rows))];
}

/** Only the bins that any bucket has something in. */
function writeHistograms(bytes: Bytes, buckets: Bucket[], of: "waits" | "runs"): void {
  const used = Array.from({ length: bins }, (_, bin) => bin).filter((bin) =>
    buckets.some((b) => b[of][bin]! > 0),
  );
  bytes.write(used.length);
  for (const bin of used) {
    bytes.write(bin);
    for (const b of buckets) bytes.write(b[of][bin]!);
  }
}

/** Without targets they are passed over; the number of buckets is then the reader's. */
function readHistograms(reader: Reader, targets: (Histogram | undefined)[]): void {
  for (let used = reader.read(); used > 0; used--) {
    const bin = reader.read();
    for (let i = 0; i < reader.rows; i++) {
      const n = reader.read();
      const target = targets[i];
      if (n > 0 && target) target[bin]! += n;
    }
  }
}

function readCounts(reader: Reader): UnpackedCounts {
  const rows = reader.read();
  reader.rows = rows;
  const at = reader.readRising(rows);
  const counts = Object.fromEntries(countColumns.map((name) => [name, reader.readMany(rows)]));
  return { at, counts: counts as Record<Count, number[]> };
}

/** Ten significant bits: a sum of durations needs no more than a thousandth, and zeros deflate well. */
function coarse(n: number): number {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, n))) - 9);
  return Math.round(n / unit) * unit;
}

/** Whole numbers in groups of seven bits, the highest first: what `coarse` made zero stands together. */
class Bytes {
  private readonly bytes: number[] = [];

  write(n: number): void {
    const groups = [n % 128];
    for (let rest = Math.floor(n / 128); rest > 0; rest = Math.floor(rest / 128))
      groups.push((rest % 128) | 128);
    for (let i = groups.length - 1; i >= 0; i--) this.bytes.push(groups[i]!);
  }

  writeRising(numbers: number[]): void {
    let last = 0;
    for (const n of numbers) {
      this.write(n - last);
      last = n;
    }
  }

  deflated(): Uint8Array {
    return Bun.deflateSync(Uint8Array.from(this.bytes), { level: 9 });
  }
}

class Reader {
  private readonly bytes: Uint8Array;
  private position = 0;
  rows = 0;

  constructor(data: Uint8Array) {
    this.bytes = Bun.inflateSync(data as Uint8Array<ArrayBuffer>);
  }

  read(): number {
    let byte = this.bytes[this.position++]!;
    if (byte < 128) return byte;
    let n = 0;
    for (; byte > 127; byte = this.bytes[this.position++]!) n = n * 128 + (byte & 127);
    return n * 128 + byte;
  }

  readMany(rows: number): number[] {
    const numbers = new Array<number>(rows);
    for (let i = 0; i < rows; i++) numbers[i] = this.read();
    return numbers;
  }

  readRising(rows: number): number[] {
    const numbers = this.readMany(rows);
    for (let i = 1; i < rows; i++) numbers[i]! += numbers[i - 1]!;
    return numbers;
  }
}
