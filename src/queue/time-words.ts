// How long and when, in the sentences that say why a job waits.

/** `45 s`, `12 min`, `3 h`, `2 days`: as everywhere, a minute is never said in seconds. */
export function inWords(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  if (s < 48 * 3600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} days`;
}

/** `07:00` within a day, `23 Nov 07:00` beyond, `23 Nov 2031 07:00` in another year, in the server's time zone. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (Math.abs(at - now) < 86_400_000) return time;
  const day = `${date.getDate()} ${months[date.getMonth()]}`;
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  return isThisYear ? `${day} ${time}` : `${day} ${date.getFullYear()} ${time}`;
}

/** `1,204`. */
export function figure(n: number): string {
  return figures.format(n);
}

const figures = new Intl.NumberFormat("en");
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function two(n: number): string {
  return String(n).padStart(2, "0");
}
