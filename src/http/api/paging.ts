// Pages of lists, the same everywhere: `page` from 1, `limit` up to 200.

import { z } from "@hono/zod-openapi";

export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

/** Of short lists, which most callers want whole. */
export const shortListQuery = pageQuery.extend({
  limit: z.coerce.number().int().min(1).max(200).default(200),
});

export const pagination = z.object({
  page: z.number().int(),
  limit: z.number().int(),
  total: z.number().int(),
  totalPages: z.number().int(),
  totalIsCapped: z
    .boolean()
    .optional()
    .openapi({ description: "There may be more: a search stopped counting" }),
  complete: z
    .boolean()
    .optional()
    .openapi({ description: "False: a search gave up before this page was full; narrow it" }),
});

/** `counted`: how far the search behind it went. */
export function paginationOf(
  page: number,
  limit: number,
  total: number,
  counted: { totalIsCapped?: boolean | undefined; complete?: boolean | undefined } = {},
): z.infer<typeof pagination> {
  const { totalIsCapped, complete } = counted;
  return {
    page,
    limit,
    total,
    totalPages: Math.max(1, Math.ceil(total / limit)),
    ...(totalIsCapped && { totalIsCapped }),
    ...(complete === false && { complete }),
  };
}

/** One page of rows that are all at hand. */
export function pageOf<T>(rows: T[], { page, limit }: z.output<typeof pageQuery>) {
  const data = rows.slice((page - 1) * limit, page * limit);
  return { data, pagination: paginationOf(page, limit, rows.length) };
}
