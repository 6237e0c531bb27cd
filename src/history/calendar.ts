// Days as the people of this machine live them, in milliseconds since 1970: 23 or 25 hours long when clocks change.

export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** The start of the day so many days after the one that holds `at`. */
export function dayAfter(at: number, days: number): number {
  const d = new Date(at);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days).getTime();
}

/** Of the week, which begins on Monday. */
export function startOfWeek(at: number): number {
  return dayAfter(at, -weekday(at));
}

export function startOfMonth(at: number): number {
  const d = new Date(at);
  return new Date(d.getFullYear(), d.getMonth(), 1).getTime();
}

/** 0 for Monday to 6 for Sunday. */
export function weekday(at: number): number {
  return (new Date(at).getDay() + 6) % 7;
}
