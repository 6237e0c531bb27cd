// Marks that stand so close together that their names would cover each other are one: "7 marks".

import type { Mark } from "../../src/history/marks.ts";
import { eventWords } from "./event-words.ts";

export interface MarkCluster {
  /** From the left, 0 to 1: the middle of its marks. */
  at: number;
  label: string;
  /** Where there is little room. */
  short: string;
  title: string;
  /** One for each place that can be told apart. */
  marks: { x: number; event: string }[];
}

/** Of the width: a name on a wide chart, or a number on a narrow one. */
const room = 0.15;
const mostNamed = 6;

/** `marks` from old to new; `place` answers where each stands, 0 to 1. */
export function clustersOf(marks: Mark[], place: (at: Date) => number): MarkCluster[] {
  const groups: Mark[][] = [];
  const middle = (group: Mark[]) => group.reduce((sum, mark) => sum + place(mark.at), 0) / group.length;
  for (const mark of marks) {
    groups.push([mark]);
    // Whoever joins moves the middle, which may come too near to the group before.
    for (let last = groups.length - 1; last > 0; last--) {
      if (middle(groups[last]!) - middle(groups[last - 1]!) >= room) break;
      groups[last - 1]!.push(...groups.pop()!);
    }
  }
  return groups.map((group) => {
    const named = group
      .slice(0, mostNamed)
      .map(({ event, queue }) => [eventWords(event), queue].filter(Boolean).join(": "));
    const more = group.length > named.length ? [`and ${group.length - named.length} more`] : [];
    const places = new Map(group.map((mark) => [`${Math.round(place(mark.at) * 250)}`, mark]));
    return {
      at: Math.min(1, Math.max(0, middle(group))),
      label: group.length === 1 ? eventWords(group[0]!.event) : `${group.length} marks`,
      short: String(group.length),
      title: [...named, ...more].join("\n"),
      marks: [...places.values()].map((mark) => ({ x: Math.min(1, place(mark.at)), event: mark.event })),
    };
  });
}
