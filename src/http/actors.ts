// Who is meant in the event log.

/** `server` is the server by itself. Older entries hold addresses, newer ones names. */
export function actorsOf(who: string, people: { name: string; email: string }[]): (string | null)[] {
  if (who === "server") return [null];
  const one = people.find(({ email, name }) => email === who || name === who);
  return one ? [one.email, one.name] : [who];
}
