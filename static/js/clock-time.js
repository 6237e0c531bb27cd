// Places in a film as people write them: `1:02:03`, and to the millisecond `0:12.340`.

export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const [h, m] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)];
  const tail = String(s % 60).padStart(2, "0");
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

export function exactClock(seconds) {
  const ms = Math.max(0, Math.round(seconds * 1000));
  return `${clock(Math.floor(ms / 1000))}.${String(ms % 1000).padStart(3, "0")}`;
}

/** Seconds; undefined for what is no time. `90`, `1:30`, `1:30.5`, `1:02:03.250`. */
export function parseClock(text) {
  const parts = /^(?:(?:(\d+):)?(\d{1,3}):)?(\d+(?:[.,]\d{1,3})?)$/.exec(text.trim());
  if (!parts) return undefined;
  const [, h = "0", m = "0", s] = parts;
  return Number(h) * 3600 + Number(m) * 60 + Number(s.replace(",", "."));
}
