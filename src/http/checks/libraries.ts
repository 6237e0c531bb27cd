// The folders of libraries: there, readable, writable where that is wanted, and how much room their disks have.

import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { bytes } from "../../../views/format.ts";
import type { Db } from "../../db/open.sqlite.ts";
import type { LibraryRow } from "../../db/tables/library.ts";
import { listLibraries } from "../../library/libraries.ts";
import { rootProblem } from "../../library/lost-root.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Check } from "../readiness.ts";

/** A network share whose server is gone answers nothing for minutes. */
const patienceMs = 5000;

export async function checkLibraries(db: Db, clock: Clock): Promise<Check[]> {
  return Promise.all((await listLibraries(db)).map((row) => within(clock, row, checkLibrary(row))));
}

async function checkLibrary(row: LibraryRow): Promise<Check> {
  const name = `library ${row.name}`;
  const problem = await rootProblem(row.path);
  if (problem)
    return {
      name,
      result: "fail",
      detail: problem,
      fix: "Mount its disk, or give the server's user read and execute rights. Its files stay listed meanwhile.",
    };
  const { bavail, bsize } = await statfs(row.path);
  const room = `${bytes(bavail * bsize)} free`;
  if (row.readOnly) return { name, result: "ok", detail: `${row.path} is readable, ${room}` };
  if (await isWritable(row.path))
    return { name, result: "ok", detail: `${row.path} is readable and writable, ${room}` };
  return {
    name,
    result: "warn",
    detail: `${row.path} is readable but not writable`,
    fix: "Uploads and finished films cannot go there. Give the server's user the right to write, or make the library read-only.",
  };
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function within(clock: Clock, { name, path }: LibraryRow, check: Promise<Check>): Promise<Check> {
  const { promise: late, resolve } = Promise.withResolvers<Check>();
  const forget = clock.after(patienceMs, () =>
    resolve({
      name: `library ${name}`,
      result: "fail",
      detail: `${path} does not answer within 5 s`,
      fix: "Look whether the network share's server is up; remount the share.",
    }),
  );
  const checked = check.catch(
    (error): Check => ({ name: `library ${name}`, result: "fail", detail: (error as Error).message }),
  );
  return Promise.race([checked, late]).finally(forget);
}
