// The support bundle: what somebody who helps wants to see, in one archive, without secrets and, unless asked, without names
// of files, folders and people. It is made here and handed over; nothing is sent anywhere.

import { homedir, hostname } from "node:os";
import { user } from "../../db/tables/accounts.ts";
import { listLibraries } from "../../library/libraries.ts";
import { type BundleAsk, type BundleParts, contents } from "./contents.ts";
import { StandIns } from "./stand-ins.ts";

/** A tar.gz whose files lie in one folder. */
export async function supportBundle(parts: BundleParts, ask: BundleAsk): Promise<Uint8Array> {
  const names = new StandIns(await knownTo(parts, ask.withPaths));
  const files = new Map<string, string>();
  for (const { file, make } of contents) {
    try {
      files.set(file, asText(await make(parts, names, ask)));
    } catch (error) {
      // Half a bundle helps more than none: it is asked for when something is broken.
      files.set(file, names.inText(`This part could not be made: ${(error as Error).message}\n`));
    }
  }
  files.set("README.txt", readme(ask.withPaths));
  const inFolder = [...files].map(([file, text]) => [`sprocket-support/${file}`, text]);
  return new Bun.Archive(Object.fromEntries(inFolder), { compress: "gzip" }).bytes();
}

/** `sprocket-support-2026-11-22-1154.tar.gz`. */
export function bundleName(now: number): string {
  const [day, time] = new Date(now).toISOString().split("T") as [string, string];
  return `sprocket-support-${day}-${time.slice(0, 5).replace(":", "")}.tar.gz`;
}

async function knownTo({ db, config }: BundleParts, withPaths: boolean) {
  const people = await db.select({ email: user.email, name: user.name }).from(user);
  const libraries = await listLibraries(db);
  return {
    withPaths,
    people,
    folders: [
      ...libraries.map(({ id, path }) => ({ path, standIn: `/library-${id}` })),
      ...libraries.map(({ id, name }) => ({ path: name, standIn: `library-${id}` })),
      ...config.media.map((path, i) => ({ path, standIn: `/media-${i + 1}` })),
      { path: config.dataFolder, standIn: "/data-folder" },
      { path: homedir(), standIn: "/home-folder" },
      { path: hostname(), standIn: "this-machine" },
    ].filter(({ path }) => path !== "/"),
  };
}

function asText(made: unknown): string {
  return typeof made === "string" ? made : `${JSON.stringify(made, null, 2)}\n`;
}

function readme(withPaths: boolean): string {
  const rows = contents.map(({ file, holds }) => `  ${file.padEnd(16)} ${holds}`);
  return [
    "Sprocket support bundle",
    "",
    "Made on this machine when its owner asked for it. Nothing of it was sent anywhere.",
    "",
    "What is in it:",
    ...rows,
    "",
    "What is not in it: media, pictures, passwords, tokens, sessions, invitations, addresses of other servers,",
    "names and e-mails of people.",
    withPaths
      ? "Paths and names of files ARE in it, because that was asked for."
      : "Paths and names of files and folders have stand-ins: file-3.mp4 is the same file wherever it appears in this bundle.",
    "Look through it before you pass it on: it is plain text.",
    "",
  ].join("\n");
}
