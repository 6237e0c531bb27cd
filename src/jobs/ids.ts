// Ids as parameters: strings outside, numbers in jobs.

import { z } from "zod";

export function idOf(what: string) {
  return z.union(
    [
      z.int().positive(),
      z
        .string()
        .regex(/^[1-9]\d{0,14}$/)
        .transform(Number),
    ],
    {
      error: ({ input }) =>
        input === undefined ? `Which ${what} is needed.` : `This is no id of a ${what}.`,
    },
  );
}
