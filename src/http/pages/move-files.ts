// Having files moved to another library or folder: where they may go, and a job for each.

import { and, asc, eq, ne } from "drizzle-orm";
import { counted } from "../../../views/format.ts";
import type { MoveTargets } from "../../../views/parts/move-fields.tsx";
import { folder, type LibraryRow } from "../../db/tables/library.ts";
import { filesById } from "../../library/file-grid.ts";
import { checkedFolder } from "../../library/inner-path.ts";
import { getLibrary, listLibraries, scannedTypes } from "../../library/libraries.ts";
import { refuseMove } from "../../library/move-plan.ts";
import { GiveUp, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, User } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import type { Did } from "./file-acts.ts";

/** Of each library so many folders are offered; any other can be typed. */
const foldersOffered = 200;

export async function moveTargets(app: App, ids: number[]): Promise<MoveTargets> {
  const [first] = await filesById(app.db, ids.slice(0, 1));
  const hidden = await hiddenGroups(app);
  const all = (await listLibraries(app.db)).filter((row) => !hidden.includes(row.id));
  const from = all.find((row) => row.id === first?.libraryId);
  if (from?.readOnly)
    return {
      libraries: [],
      obstacle: `${from.name} is a read-only library: nothing leaves it. Its settings can allow it.`,
    };
  const open = all.filter((row) => !row.readOnly);
  if (open.length === 0)
    return { libraries: [], obstacle: "Every library is read-only: nothing can go anywhere." };
  const libraries = await Promise.all(
    open.map(async ({ id, name }) => ({ id, name, folders: await foldersOf(app, id) })),
  );
  // Another one than they are in is what most people mean.
  libraries.sort((a, b) => Number(a.id === from?.id) - Number(b.id === from?.id));
  return { libraries, obstacle: null };
}

export async function moveFiles(app: App, ids: number[], by: User, form: URLSearchParams): Promise<Did> {
  const to = await getLibrary(app.db, Number(form.get("target")));
  const typed = (form.get("into") ?? "").trim();
  const into: Record<string, string> =
    typed === "" ? {} : { folder: checkedFolder(typed.replace(/^\/+/, "")) };
  const meant: number[] = [];
  for (let at = 0; at < ids.length; at += 500)
    for (const row of await filesById(app.db, ids.slice(at, at + 500)))
      if (scannedTypes(to).includes(row.type)) meant.push(row.id);
  const [first] = await filesById(app.db, meant.slice(0, 1));
  if (!first) throw new Refused(422, "library.type", `${to.name} is not scanned for files of this type.`);
  refuse(first, await getLibrary(app.db, first.libraryId), to);
  const asked = meant.map((fileId) => ({
    kind: "move-to-library",
    params: { fileId, libraryId: to.id, ...into },
    origin: by.id,
    priority: 2,
  }));
  const { enqueued, skipped } = await app.queue.enqueueMany(asked);
  await audit(app, by, "file.relocate", meant.length === 1 ? meant[0]! : null, {
    fileIds: meant,
    libraryId: to.id,
    ...into,
  });
  return { fileIds: meant, text: inWords(enqueued, skipped, ids.length - meant.length, to) };
}

function refuse(row: Awaited<ReturnType<typeof filesById>>[number], from: LibraryRow, to: LibraryRow): void {
  try {
    refuseMove({ row, from, to });
  } catch (error) {
    throw error instanceof GiveUp ? new Refused(409, error.code, error.message) : error;
  }
}

function inWords(enqueued: number, skipped: number, unfit: number, to: LibraryRow): string {
  const parts = [`${counted(enqueued, "file")} ${enqueued === 1 ? "is" : "are"} on the way to ${to.name}`];
  if (skipped > 0)
    parts.push(`${counted(skipped, "move")} ${skipped === 1 ? "was" : "were"} waiting already`);
  if (unfit > 0)
    parts.push(
      `${counted(unfit, "file")} ${unfit === 1 ? "stays" : "stay"}: ${to.name} is not scanned for their type`,
    );
  return `${parts.join("; ")}.`;
}

async function foldersOf({ db }: Pick<App, "db">, libraryId: number): Promise<string[]> {
  const rows = await db
    .select({ path: folder.path })
    .from(folder)
    .where(and(eq(folder.libraryId, libraryId), ne(folder.path, "")))
    .orderBy(asc(folder.path))
    .limit(foldersOffered);
  return rows.map((row) => row.path);
}
