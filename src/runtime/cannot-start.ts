// A start that is turned down with one clear line: what is wrong, with what, and what to do.

export class CannotStart extends Error {
  override name = "CannotStart";
  /** 2 for a mistake in how it was called or configured, 1 for everything else. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
