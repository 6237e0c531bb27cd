// Moments and lengths in words, in the reader's own time zone.

const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
const steps = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
];

/** What lies a day or more ahead is said by its date: nobody plans by "next mo.". */
export function relative(date, now = Date.now()) {
  let value = (date - now) / 1000;
  if (value >= 86_400) return plan(date, now);
  if (Math.abs(value) < 5) return "now";
  for (const [unit, size] of steps) {
    if (Math.abs(value) < size) return ago.format(Math.round(value), unit);
    value /= size;
  }
}

export function elapsed(date, now = Date.now()) {
  const s = Math.max(0, Math.floor((now - date) / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

function plan(date, now) {
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
  });
}
