// Takes one sidecar along. Small as it is, nothing is written over and nothing lost; begun twice, it ends the same.

import { lstat, rm, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hashFile } from "../media/hash.ts";
import { copyDurably, identityAt, placeNew, syncFolder } from "./placing.ts";

export async function moveSidecar(from: string, to: string, log: (line: string) => void): Promise<void> {
  if (!(await identityAt(from))) return;
  try {
    if (await identityAt(to)) return await removeTwin(from, to, log);
    await placeNew(from, to).catch((error) => {
      if (error.code !== "EXDEV") throw error;
      return copyOver(from, to);
    });
    await syncFolder(dirname(to));
    log(`${basename(from)} went along.`);
  } catch (error) {
    log(`${basename(from)} stays where it is: ${(error as Error).message}`);
  }
}

async function copyOver(from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `.sprocket-sidecar-${basename(to)}.part`);
  // A former attempt's.
  await rm(temporary, { force: true });
  try {
    const read = await copyDurably(from, temporary);
    if ((await hashFile(temporary)) !== read) throw new Error("its copy is not the same");
    await placeNew(temporary, to);
    await syncFolder(dirname(to));
    await unlink(from);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** An attempt that was cut off put it there already; what is another file stays beside it. */
async function removeTwin(from: string, to: string, log: (line: string) => void): Promise<void> {
  const isSameFile = (await identityAt(from)) === (await identityAt(to));
  const sizes = await Promise.all([lstat(from), lstat(to)]);
  const isTwin =
    isSameFile || (sizes[0].size === sizes[1].size && (await hashFile(from)) === (await hashFile(to)));
  if (isTwin) await unlink(from);
  else log(`${basename(from)} stays where it is: another file of that name is there already.`);
}
