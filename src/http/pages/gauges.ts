// How full the machine is: jobs by what they take, GPU memory, processors, disk, and whether the worker is alive.

import type { GaugeFigures } from "../../../views/parts/gauges.tsx";
import { categories } from "../../queue/job.ts";
import type { App } from "../context.ts";
import { cpuSharesNow } from "./cpu-shares.ts";

type GaugeParts = Pick<App, "worker" | "yielding" | "settings" | "media" | "clock" | "startedAt">;

export async function gaugeFigures(app: GaugeParts): Promise<GaugeFigures> {
  const { category, vramBudgetMb } = app.worker.limits();
  const running = app.worker.running().filter((run) => !run.isFrozen);
  const { disk } = app.yielding.state();
  return {
    slots: categories.map((name) => ({
      category: name,
      running: running.filter((run) => run.lane.category === name).length,
      limit: category[name],
    })),
    vram: {
      usedMb: app.worker.vramUsedMb,
      budgetMb: vramBudgetMb,
      isChosen: app.settings.get("vramBudgetMb") !== null,
      gpu: app.media.gpus[0]?.name ?? null,
    },
    cpu: await cpuSharesNow(app.clock),
    yieldsAbove: app.settings.get("yield").cpuLoad,
    disk: disk && { freeBytes: disk.freeBytes, totalBytes: disk.totalBytes, neededBytes: disk.neededBytes },
    worker: { isAlive: !app.worker.hasMissedBeats(), since: app.startedAt },
  };
}
