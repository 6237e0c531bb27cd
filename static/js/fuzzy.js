// How well words fit a text: a word that begins one, then a piece of one, then letters in their order.

/** 0 when a word is not there at all; higher fits better. */
export function fit(text, words) {
  const lower = text.toLowerCase();
  let sum = 0;
  for (const word of words) {
    const one = fitOne(lower, word);
    if (one === 0) return 0;
    sum += one;
  }
  // Of two that fit alike, the shorter is meant.
  return sum - lower.length / 1000;
}

function fitOne(text, word) {
  if (text.startsWith(word)) return 100;
  const at = text.indexOf(word);
  if (at > 0) return /[\s\-_:./]/.test(text[at - 1]) ? 80 : 50;
  return letters(text, word);
}

/** `vtr` in `video transcode`: beginnings of words, and at most one gap besides; more would fit anything. */
function letters(text, word) {
  if (word.length < 2) return 0;
  let gaps = 0;
  let from = 0;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at < 0) return 0;
    const begins = at === 0 || /[\s\-_:./]/.test(text[at - 1]);
    if (at > from && !begins) gaps++;
    from = at + 1;
  }
  return gaps > 1 ? 0 : 30 - 10 * gaps;
}
