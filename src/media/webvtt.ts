// WebVTT that every player reads, of what ffmpeg wrote: valid UTF-8, cues in order and of some length, and no markup but
// WebVTT's own.

export interface Cue {
  startMs: number;
  endMs: number;
  /** With WebVTT's tags; lines by \n, none of them empty. */
  text: string;
}

/** `fallback`: the encoding of bytes that are no UTF-8. Hands the event loop over while it reads. */
export async function readCues(bytes: Uint8Array, fallback: string): Promise<Cue[]> {
  const cues: Cue[] = [];
  let cue: Cue | undefined;
  let read = 0;
  for (const line of linesOf(bytes, fallback)) {
    const times = timeLine.exec(line);
    if (times) {
      cue = { startMs: toMs(times[1]!), endMs: toMs(times[2]!), text: "" };
      cues.push(cue);
    } else if (cue && line.trim() !== "") cue.text += `${cue.text ? "\n" : ""}${tidyLine(line)}`;
    if (++read % 5000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return inOrder(cues.filter(({ text }) => text !== "" && !isDrawing(text)));
}

export function writeCues(cues: Cue[]): string {
  const blocks = cues.map(
    ({ startMs, endMs, text }) => `${onClock(startMs)} --> ${onClock(endMs)}\n${text}\n`,
  );
  return `WEBVTT\n\n${blocks.join("\n")}`;
}

/** As UTF-8 where it is that, else line by line: one bad line does not make the others foreign. */
export function toText(bytes: Uint8Array, fallback: string): string {
  try {
    return strict.decode(bytes);
  } catch {
    return [...linesOf(bytes, fallback)].join("\n");
  }
}

/** What old files in a language were written in; by its ISO 639 code. */
export function legacyEncoding(language: string | null): string {
  const code = (language ?? "").toLowerCase().split("-")[0]!;
  const found = Object.entries(encodings).find(([, codes]) => codes.split(" ").includes(code));
  return found?.[0] ?? "windows-1252";
}

const encodings: Record<string, string> = {
  "windows-1250": "pol pl ces cze cs slk slo sk hun hu hrv hr slv sl ron rum ro bos bs",
  "windows-1251": "rus ru ukr uk bul bg bel be srp sr mkd mac mk",
  "windows-1253": "ell gre el",
  "windows-1254": "tur tr",
  "windows-1255": "heb he",
  "windows-1256": "ara ar fas per fa",
  shift_jis: "jpn ja",
  gb18030: "zho chi zh",
  "euc-kr": "kor ko",
};

const strict = new TextDecoder("utf-8", { fatal: true });
const timeLine = /^((?:\d+:)?\d\d:\d\d\.\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d\d:\d\d\.\d{3})(?:[ \t].*)?$/;

function* linesOf(bytes: Uint8Array, fallback: string): Generator<string> {
  const foreign = new TextDecoder(fallback);
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(10, at);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(at, end);
    at = end + 1;
    let text: string;
    try {
      text = strict.decode(line);
    } catch {
      text = foreign.decode(line);
    }
    yield text.replace(/\r$/, "").replaceAll("\0", "\ufffd");
  }
}

function toMs(time: string): number {
  const [seconds = 0, minutes = 0, hours = 0] = time.split(":").map(Number).reverse();
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
}

function onClock(ms: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(Math.floor);
  return `${two(hours!)}:${two(minutes!)}:${two(seconds!)}.${String(ms % 1000).padStart(3, "0")}`;
}

/** `\h` is how ASS writes a space that does not break; ffmpeg passes it through. */
function tidyLine(line: string): string {
  return line
    .replaceAll("\\h", "\u00a0")
    .replace(/<(?!\/?(?:b|i|u|ruby|rt)>)/g, "&lt;")
    .replace(/&(?!(?:amp|lt|gt|nbsp|lrm|rlm|#\d+|#x[0-9a-f]+);)/gi, "&amp;")
    .replaceAll("-->", "--&gt;");
}

/** A shape that ASS draws: `m 0 0 l 100 0 100 100`. */
function isDrawing(text: string): boolean {
  return /^m(\s+-?[\d.]+){2}(\s+([mnlbspc]|-?[\d.]+))*$/.test(text);
}

/** By their starts, each once; one without a length lasts until the next, five seconds at most. */
function inOrder(cues: Cue[]): Cue[] {
  const sorted = cues.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const seen = new Set<string>();
  return sorted.flatMap((cue, n) => {
    const key = `${cue.startMs} ${cue.endMs} ${cue.text}`;
    if (seen.has(key)) return [];
    seen.add(key);
    if (cue.endMs > cue.startMs) return [cue];
    const next = sorted.slice(n + 1, n + 50).find(({ startMs }) => startMs > cue.startMs)?.startMs;
    return [{ ...cue, endMs: Math.min(next ?? Number.POSITIVE_INFINITY, cue.startMs + 5000) }];
  });
}
