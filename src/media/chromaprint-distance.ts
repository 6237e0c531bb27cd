// Compares sounds by Chromaprint, in the compressed form that fpcalc prints and AcoustID takes: a word of 32 bits for every
// eighth of a second, of which a few differ where the same recording was encoded anew.

/** 0 to 64, in the sense of bits that differ; 32 is what strangers have. Encoders begin up to a second apart. */
export function chromaprintDistance(one: string, other: string): number {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  if (!tellsMuch(a) || !tellsMuch(b)) return 64;
  let best = 64;
  for (let shift = -mostShift; shift <= mostShift; shift++) {
    const from = Math.max(0, shift);
    const to = Math.min(a.length, b.length + shift);
    if (to - from < Math.max(8, 0.8 * Math.min(a.length, b.length))) continue;
    let differ = 0;
    for (let n = from; n < to; n++) differ += ones(a[n]! ^ b[n - shift]!);
    best = Math.min(best, Math.round((64 * differ) / (32 * (to - from))));
  }
  return best;
}

/** What most words of the first and of the second half say: alike for sounds that are alike. */
export function soundWord(value: string): readonly [number, number] | undefined {
  const words = wordsOf(value);
  if (!tellsMuch(words)) return undefined;
  const middle = Math.floor(words.length / 2);
  return [majority(words.subarray(0, middle)), majority(words.subarray(middle))];
}

/** The words of a compressed fingerprint; none of one that is damaged. Exported for its test. */
export function wordsOf(value: string): Int32Array {
  const bytes = Buffer.from(value, "base64url");
  if (bytes.length < 5) return new Int32Array();
  const count = bytes.readUIntBE(1, 3);
  const normal: number[] = [];
  const read = bitReader(bytes.subarray(4));
  for (let ended = 0; ended < count; ) {
    const bits = read(3);
    if (bits === undefined) return new Int32Array();
    normal.push(bits);
    if (bits === 0) ended++;
  }
  // The rare long steps follow in five bits each, from the next whole byte on.
  const skipped = 4 + Math.ceil((normal.length * 3) / 8);
  const readMore = bitReader(bytes.subarray(skipped));
  const steps = normal.map((bits) => (bits === 7 ? 7 + (readMore(5) ?? 0) : bits));
  return assembled(steps, count);
}

/** Each word differs from the one before it in the bits at which its steps arrive. */
function assembled(steps: number[], count: number): Int32Array {
  const words = new Int32Array(count);
  let [n, bit, word, before] = [0, 0, 0, 0];
  for (const step of steps) {
    if (step > 0) {
      bit += step;
      word |= 1 << (bit - 1);
      continue;
    }
    before = words[n++] = word ^ before;
    [bit, word] = [0, 0];
  }
  return words;
}

/** Least significant bits first. */
function bitReader(bytes: Uint8Array): (count: number) => number | undefined {
  let at = 0;
  return (count) => {
    if (at + count > bytes.length * 8) return undefined;
    let value = 0;
    for (let n = 0; n < count; n++, at++) value |= ((bytes[at >> 3]! >> (at & 7)) & 1) << n;
    return value;
  };
}

/** Silence and steady tones have the same word all along, and so resemble each other whatever they are. */
function tellsMuch(words: Int32Array): boolean {
  return words.length >= 16 && new Set(words).size >= words.length / 4;
}

function majority(words: Int32Array): number {
  let word = 0;
  for (let bit = 0; bit < 32; bit++) {
    let set = 0;
    for (const each of words) set += (each >>> bit) & 1;
    if (set * 2 > words.length) word |= 1 << bit;
  }
  return word;
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Words, an eighth of a second each. */
const mostShift = 8;
