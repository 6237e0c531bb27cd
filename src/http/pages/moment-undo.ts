// Taking back what somebody did to a moment: the audit log has it as it was.

import type { MomentRow } from "../../db/tables/media.ts";
import {
  getMoment,
  giveBackExport,
  removeMoment,
  restoreMoment,
  updateMoment,
} from "../../library/moments.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { App } from "../context.ts";

interface Undone {
  fileIds: number[];
  text: string;
}

type Undo = (app: App, ids: number[], by: unknown, row: { detail: unknown }) => Promise<Undone>;

export const momentOpposites: Record<string, Undo> = {
  "file.moment-add": undo(async (app, { id, title }) => {
    await removeMoment(app, id);
    return `${title} is removed again.`;
  }),
  "file.moment-change": undo(async (app, { id, startMs, endMs, title }) => {
    await updateMoment(app, id, { startMs, endMs, title });
    return `${title} is as it was.`;
  }),
  "file.moment-remove": undo(async (app, moment) => {
    const times = { createdAt: new Date(moment.createdAt), updatedAt: new Date(moment.updatedAt) };
    await restoreMoment(app, { ...moment, ...times });
    await getMoment(app.db, moment.id);
    return `${moment.title} is back.`;
  }),
};

function undo(act: (app: App, moment: MomentRow) => Promise<string>): Undo {
  return async (app, fileIds, _by, { detail }) => {
    const { moment, exportId } = detail as { moment: MomentRow; exportId?: number };
    try {
      const text = await act(app, moment);
      if (exportId !== undefined) await giveBackExport(app.db, exportId, moment.id);
      return { fileIds, text };
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      throw new Refused(409, "file.state", "The moment is not there any more.");
    }
  };
}
