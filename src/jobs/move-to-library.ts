// Moves a media file to another library, or to another folder. It keeps its id, and with it its history and all made from it.

import { z } from "zod";
import { getFile } from "../library/files.ts";
import { parentOf } from "../library/folders.ts";
import { checkedFolder, folderAsThere } from "../library/inner-path.ts";
import { getLibrary } from "../library/libraries.ts";
import { moveFile } from "../library/move-file.ts";
import { openMoves } from "../library/move-journal.ts";
import { isThere, type MovePlan, refuseMove } from "../library/move-plan.ts";
import { settleMove } from "../library/settle-move.ts";
import type { JobKind } from "../queue/kind.ts";
import { type Fault, GiveUp, NotFound, Refused } from "../runtime/errors.ts";
import { idOf } from "./ids.ts";
import { aboutFile, fileId, inputFile, megabytes } from "./input-file.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "File" }),
  libraryId: idOf("library").meta({ title: "Library", description: "Where it is to go" }),
  folder: z.string().max(2000).optional().meta({
    title: "Folder",
    description: "In that library; made where it is missing. Left empty: a folder of the same name as now",
  }),
});
type Params = z.infer<typeof params>;

export const moveToLibrary: JobKind<Params, Tools> = {
  name: "move-to-library",
  alias: "move_to_library",
  label: "Move to library",
  description: "Moves a media file to another library; its history and all made from it go along",
  queue: "library-maintenance",
  category: "cpu",
  params,
  stuckAfterS: 600,
  dedupKey: (p) => String(p.fileId),
  async about(p, tools) {
    const { heldBack: _, ...subject } = await aboutFile(p, tools);
    await refuseAtOnce(tools, p);
    // A damaged file, or one that is excluded from processing, may still be put elsewhere.
    return subject;
  },
  async run({ params: p, tools, signal, progress, log, pausePoint }) {
    const { db, events } = tools;
    for (const cut of await openMoves(db, (await getFile(db, p.fileId)).id))
      await settleMove(tools, cut, { log, goBack: true });
    const plan = await planOf(tools, p);
    refuseMove(plan);
    if (isThere(plan)) return { notNeeded: `${plan.row.name} is in that folder of ${plan.to.name} already.` };
    const input = await inputFile(tools, p.fileId);
    const path = await moveFile(tools, plan, { signal, progress, log, pausePoint });
    log(
      `${megabytes(input.sizeBytes)} moved from ${plan.from.name}: ${plan.row.path} to ${plan.to.name}: ${path}`,
    );
    for (const id of [plan.from.id, plan.to.id]) events.publish({ topic: "library", id });
    events.publish({ topic: "file", id: plan.row.id });
  },
};

async function planOf({ db }: Pick<Tools, "db">, p: Params): Promise<MovePlan> {
  const row = await getFile(db, p.fileId);
  const [from, to] = [await getLibrary(db, row.libraryId), await getLibrary(db, p.libraryId)];
  // Somebody may have removed a folder's name from the form: the same place in the other library is meant.
  const asked = p.folder === undefined ? parentOf(row.path) : checkedFolder(p.folder);
  const folder = await folderAsThere(to.path, asked);
  return { row, from, to, folder };
}

/** Whoever asks for what cannot be is told at once, and not by a job that fails. */
async function refuseAtOnce(tools: Pick<Tools, "db">, p: Params): Promise<void> {
  try {
    refuseMove(await planOf(tools, p));
  } catch (error) {
    if (error instanceof Refused) throw unfit("folder", error.message);
    const isUnknown = error instanceof NotFound && error.what === "library";
    if (!isUnknown && !(error instanceof GiveUp)) throw error;
    throw unfit("libraryId", error.message);
  }
}

function unfit(param: "libraryId" | "folder", message: string): Refused {
  const errors: Fault[] = [{ path: ["params", param], message }];
  return new Refused(422, "params.invalid", message, { errors });
}
