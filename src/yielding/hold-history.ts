// Tells the history what began to keep work waiting and what has ceased to. Import mode changes with every queue that drains
// and tells its own end; who watched what is nobody's business a year from now.

import type { Hold } from "../queue/hold.ts";

export interface HoldEntry {
  event: "held" | "resumed";
  detail: string;
}

type Told = Pick<Hold, "code" | "text" | "since">;

export function holdEntries(before: readonly Told[], after: readonly Told[]): HoldEntry[] {
  const [old, now] = [told(before), told(after)];
  const began = [...now].filter(([key]) => !old.has(key));
  const ended = [...old].filter(([key]) => !now.has(key));
  return [
    ...began.map(([, hold]): HoldEntry => ({ event: "held", detail: inWords(hold) })),
    ...ended.map(([, hold]): HoldEntry => ({ event: "resumed", detail: `No longer: ${inWords(hold)}` })),
  ];
}

/** By what tells one from another of its code: when it began. */
function told(holds: readonly Told[]): Map<string, Told> {
  const kept = holds.filter(({ code }) => code !== "import");
  return new Map(kept.map((hold) => [`${hold.code} ${hold.since.getTime()}`, hold]));
}

function inWords({ code, text }: Told): string {
  return code === "playback" ? "Somebody plays something" : text;
}
