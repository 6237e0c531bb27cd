// Which of several files that are alike is the one to keep, and why, in a few words.

export interface Copy {
  id: number;
  type: string;
  path: string;
  sizeBytes: number;
  width: number | null;
  height: number | null;
  mtimeMs: number;
  audio: string | null;
  capturedFrom: string | null;
}

/** `isSame`: to the byte, so that only names and places differ. */
export function bestOf(copies: Copy[], isSame: boolean): { id: number; reason: string } {
  const rules = isSame ? ofSame : [...ofAlike, ...ofSame];
  let left = copies;
  for (const { score, reason } of rules) {
    const best = Math.max(...left.map(score));
    const rest = left.filter((copy) => score(copy) === best);
    if (rest.length === 1) return { id: rest[0]!.id, reason };
    left = rest;
  }
  return { id: Math.min(...left.map((copy) => copy.id)), reason: "known the longest" };
}

interface Rule {
  score(copy: Copy): number;
  reason: string;
}

const lossless = new Set(["flac", "alac", "wavpack", "ape", "tta", "pcm_s16le", "pcm_s24le", "pcm_s16be"]);

const ofAlike: Rule[] = [
  // Films are compared by their pictures: a silent one is no match for one with sound, however large.
  { score: ({ audio }) => Number(audio !== null), reason: "it has sound" },
  { score: (copy) => (copy.width ?? 0) * (copy.height ?? 0), reason: "the most pixels" },
  { score: (copy) => Number(lossless.has(copy.audio ?? "")), reason: "nothing lost in its sound" },
  {
    score: (copy) => Number(["exif", "xmp", "container"].includes(copy.capturedFrom ?? "")),
    reason: "knows when it was taken",
  },
  { score: (copy) => copy.sizeBytes, reason: "the largest file" },
];

const ofSame: Rule[] = [
  { score: ({ path }) => -Number(copyWords.test(path)), reason: "its name does not say that it is a copy" },
  { score: ({ mtimeMs }) => -mtimeMs, reason: "the oldest on disk" },
  { score: ({ path }) => -path.split("/").length, reason: "the least deep in folders" },
  { score: ({ path }) => -path.length, reason: "the shortest name" },
];

const copyWords = /\bcop(y|ies)\b|\bkopie\b|\bbackup\b|\bduplicates?\b|\(\d+\)\.[^.]+$/i;
