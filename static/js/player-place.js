// Where each film was left, in this browser.

const key = "sprocket:left";
const most = 300;
/** Nobody means to go on from the first seconds, or with the credits. */
const tooSoonS = 10;
const nearEnd = 0.97;

/** In seconds; undefined where it was not left on the way. */
export function placeLeft(fileId) {
  return read()[fileId]?.at;
}

export function rememberPlace(fileId, { currentTime, duration, ended }) {
  const all = read();
  delete all[fileId];
  const isOnTheWay = !ended && currentTime > tooSoonS && currentTime < duration * nearEnd;
  if (isOnTheWay) all[fileId] = { at: Math.floor(currentTime), seen: Date.now() };
  const kept = Object.entries(all)
    .sort(([, a], [, b]) => b.seen - a.seen)
    .slice(0, most);
  try {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // A browser that keeps nothing starts every film anew.
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}");
  } catch {
    return {};
  }
}
