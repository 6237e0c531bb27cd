// The four errors the server knows. Anything else that is thrown is a fault of ours and is reported as `internal`.

/** The thing named does not exist, or is hidden from this user. HTTP 404. */
export class NotFound extends Error {
  override name = "NotFound";
  constructor(
    readonly what: string,
    readonly id: string | number,
  ) {
    super(`There is no ${what} ${id}.`);
  }
}

export interface Fault {
  /** Where in the input: `["scan", "videos"]`. */
  path: (string | number)[];
  message: string;
  /** Of a text: which characters, and what to write there instead. */
  from?: number;
  to?: number;
  suggestion?: string;
}

/** The request is understood and turned down. `status` is its HTTP status. */
export class Refused extends Error {
  override name = "Refused";
  constructor(
    readonly status: 400 | 401 | 403 | 409 | 410 | 413 | 415 | 422 | 429 | 503,
    readonly code: string,
    message: string,
    readonly more: { hint?: string; errors?: Fault[]; retryAfterS?: number } = {},
  ) {
    super(message);
  }
}

/** A job could not run now through no fault of its input: put it back for `afterMs`, without counting a strike. */
export class RetryLater extends Error {
  override name = "RetryLater";
  constructor(
    readonly afterMs: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A job cannot succeed until something about its input changes: it fails at once and is not retried by itself. */
export class GiveUp extends Error {
  override name = "GiveUp";
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A failure with a code that the retry policy may try again (a tool, the disk, the GPU). */
export class JobFailure extends Error {
  override name = "JobFailure";
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The operating system says that this user may not. */
export function isForbidden(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "EACCES" || code === "EPERM";
}
