// The WebVTT by which players find the picture for a time: cues without gaps from the start to the end of the film.

export interface Sheets {
  /** Of the frames in the tiles, in order. */
  timesS: number[];
  durationS: number;
  tile: { width: number; height: number };
  columns: number;
  rows: number;
  nameOf(sheet: number): string;
}

export function spriteVtt({ timesS, durationS, tile, columns, rows, nameOf }: Sheets): string {
  const perSheet = columns * rows;
  const end = Math.max(durationS, (timesS.at(-1) ?? 0) + 0.001);
  const cues = timesS.map((timeS, n) => {
    // The first picture stands for whatever comes before it.
    const from = n === 0 ? 0 : timeS;
    const to = timesS[n + 1] ?? end;
    const [x, y] = [n % columns, Math.floor((n % perSheet) / columns)];
    const place = [x * tile.width, y * tile.height, tile.width, tile.height].join(",");
    return `${clock(from)} --> ${clock(to)}\n${nameOf(Math.floor(n / perSheet))}#xywh=${place}\n`;
  });
  return ["WEBVTT\n", ...cues].join("\n");
}

/** `01:02:03.456` */
function clock(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${two(h)}:${two(m)}:${two(s)}.${String(ms % 1000).padStart(3, "0")}`;
}
