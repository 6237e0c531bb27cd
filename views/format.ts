// How figures read: bytes, durations, counts and times. Times are absolute here; app.js turns them into "3 min ago".

const count = new Intl.NumberFormat("en");

/** `1,204`. */
export function number(n: number): string {
  return count.format(n);
}

/** `1 job`, `1,204 jobs`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** `3.4 GB`, decimal as disks are sold and as file managers show. */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let i = 0;
  let value = n;
  while (value >= 999.5 && i < units.length - 1) {
    value /= 1000;
    i++;
  }
  return `${i === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(value >= 9.95 ? 3 : 2))} ${units[i]}`;
}

/** `480 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return both(Math.floor(s / 60), "min", s % 60, "s");
  const minutes = Math.round(s / 60);
  if (minutes < 1440) return both(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return both(Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h");
}

/** Of a player: `1:02:03`. */
export function clockTime(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const [h, m] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)];
  const tail = `${String(s % 60).padStart(2, "0")}`;
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

/** Of a player, to the millisecond: `1:02:03.250`. */
export function exactTime(ms: number): string {
  return `${clockTime(Math.floor(ms / 1000))}.${String(Math.round(ms) % 1000).padStart(3, "0")}`;
}

/** `22 Nov 2026, 05:46`, in the server's time zone. */
export function dateTime(at: Date): string {
  return `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `22 Nov`. */
export function shortDate(at: Date): string {
  return `${at.getDate()} ${months[at.getMonth()]}`;
}

/** `completed` → `Completed`. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function two(n: number): string {
  return String(n).padStart(2, "0");
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
