// What speaks against a job as soon as it is asked for: the same words that a run would fail with, as a fault of its parameters.

import { GiveUp, NotFound, Refused } from "../runtime/errors.ts";

/** Turns what `check` throws into `Refused` 422 that names the parameter. */
export async function refusing<T>(field: string, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Refused) throw refused(error.message, pathOf(error) ?? ["params", field]);
    if (error instanceof GiveUp || error instanceof NotFound) throw refused(error.message, ["params", field]);
    throw error;
  }
}

export function refuseParam(field: string, message: string): Refused {
  return refused(message, ["params", field]);
}

function pathOf({ more }: Refused): (string | number)[] | undefined {
  const path = more.errors?.[0]?.path;
  return path && (path[0] === "params" ? path : ["params", ...path]);
}

function refused(message: string, path: (string | number)[]): Refused {
  return new Refused(422, "params.invalid", message, { errors: [{ path, message }] });
}
