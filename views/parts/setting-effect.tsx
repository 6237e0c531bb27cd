// What a setting does as it stands now: the value's effect with the figures of this moment. Each row of the settings page
// has its sentence here, by its anchor.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Category } from "../../src/queue/job.ts";
import type { SettingValues } from "../../src/settings/settings.ts";
import type { YieldingState } from "../../src/yielding/yielding.ts";
import { bytes, counted, number } from "../format.ts";
import { typedDuration } from "./amounts.ts";
import type { QuietWeek } from "./week-strip.tsx";
import { When } from "./when.tsx";

export interface SettingFacts {
  accounts: number;
  libraries: number;
  /** Names of NSFW libraries. */
  nsfw: string[];
  running: Record<Category, number>;
  vram: { usedMb: number; budgetMb: number; gpu: string | null };
  yielding: YieldingState;
  week: QuietWeek;
  autoScan: { nextAt: Date | null; lastAt: Date | null };
  /** Of the last seven days. */
  healing: { stuck: number; healed: number; orphaned: number; quarantined: number };
  /** Files in quarantine now. */
  held: number;
  kept: { finished: number; failed: number; oldestAt: Date | null };
  backups: { nightly: number; newestAt: Date | null; bytes: number; nextAt: Date };
  trash: { files: number; sizeBytes: number; due: number };
  /** Names of libraries that may be written to. */
  writable: string[];
  /** Every queue that takes part, first to last. */
  importOrder: string[];
}

interface Props<T = never> {
  value: T;
  facts: SettingFacts;
  url: PageContext["url"];
}

export function SettingEffect({ id, ...props }: { id: string } & Props<unknown>) {
  const Effect = (effects as Record<string, (p: Props) => unknown>)[id];
  if (!Effect) return null;
  return <p class="effect">{Effect(props as Props)}</p>;
}

type Of<K extends keyof SettingValues> = Props<SettingValues[K]>;

const effects = {
  trash: ({ value, facts: { trash, writable }, url }: Of<"trash">) => {
    const there = `${counted(trash.files, "file lies", "files lie")} in the trash, ${bytes(trash.sizeBytes)}`;
    const when =
      value.days === 0 ? "none leaves by itself" : `${number(trash.due)} of them leave within a day`;
    const media = !value.deleteMedia
      ? "Their media files stay on the disk."
      : writable.length === 0
        ? "Every library is read-only: their media files stay on the disk."
        : `Their media files are DELETED from the disk, in ${writable.join(", ")}.`;
    return (
      <>
        {`${there}; ${when}. ${media} `}
        <a href={url("/trash")}>Look at it</a>
      </>
    );
  },
  mapTiles: ({ value, url }: Of<"mapTiles">) => (
    <>
      {value ? (
        `Whoever opens the map loads pictures from ${new URL(value.replaceAll(/[{}]/g, "")).host}. `
      ) : (
        <>
          {"The map draws coasts by itself. OpenStreetMap's tiles are at "}
          <code class="break">{"https://tile.openstreetmap.org/{z}/{x}/{y}.png"}</code>
          {". "}
        </>
      )}
      <a href={url("/map")}>To the map</a>
    </>
  ),
  registrationMode: ({ value, facts, url }: Of<"registrationMode">) => (
    <>
      {`${counted(facts.accounts, "account exists", "accounts exist")}. `}
      {value === "invite" ? <a href={url("/admin#invitations")}>Make an invitation</a> : null}
    </>
  ),
  concurrencyMultiplier: ({ value, facts }: Of<"concurrencyMultiplier">) =>
    `${value === 1 ? "Each queue runs its own number of jobs" : `Each queue runs ${number(value)} times its own number of jobs`} at once; ${counted(sum(facts.running), "job runs", "jobs run")} now.`,
  categoryLimits: ({ facts: { running }, value }: Of<"categoryLimits">) =>
    `Now CPU ${number(running.cpu)} of ${number(value.cpu)}, GPU encoding ${number(running.gpu_encode)} of ${number(value.gpu_encode)}, GPU recognition ${number(running.gpu_ai)} of ${number(value.gpu_ai)}.`,
  vramBudgetMb: ({ value, facts: { vram } }: Of<"vramBudgetMb">) => {
    const used = `${bytes(vram.usedMb * 1e6)} reserved now.`;
    if (value !== null) return `${bytes(value * 1e6)} for all jobs together; ${used}`;
    if (vram.gpu) return `${bytes(vram.budgetMb * 1e6)}, as the ${vram.gpu} has; ${used}`;
    return "No GPU was found: jobs that need GPU memory cannot run here.";
  },
  autoScan: ({ value, facts: { autoScan, libraries } }: Of<"autoScan">) => {
    if (libraries === 0) return "There is no library to look through yet.";
    const last = autoScan.lastAt ? (
      <>
        {" Last: "}
        <When at={autoScan.lastAt} />.
      </>
    ) : null;
    if (!value.enabled) return <>Off: libraries are scanned only by hand.{last}</>;
    return (
      <>
        {`${counted(libraries, "library", "libraries")}; next `}
        {autoScan.nextAt ? <When at={autoScan.nextAt} /> : "soon"}.{last}
      </>
    );
  },
  orphanPolicy: ({ facts: { healing }, url }: Of<"orphanPolicy">) =>
    lastWeek(healing.orphaned, "job was orphaned", "jobs were orphaned", "orphaned", url),
  stuckAfterS: ({ facts: { healing }, url }: Of<"stuckAfterS">) =>
    lastWeek(healing.stuck, "job got stuck", "jobs got stuck", "stuck", url),
  autoHeal: ({ value, facts: { healing }, url }: Of<"autoHeal">) => (
    <>
      {value.enabled ? "" : "Off: stuck jobs are only shown. "}
      {healing.stuck === 0 && healing.healed === 0
        ? "No job got stuck in the last week."
        : `In the last week ${counted(healing.stuck, "job got stuck", "jobs got stuck")}, and it ended ${number(healing.healed)}. `}
      {healing.healed > 0 ? <a href={url("/admin/history?event=auto-heal")}>Show them</a> : null}
    </>
  ),
  quarantineAfter: ({ value, facts: { held, healing }, url }: Of<"quarantineAfter">) => (
    <>
      {value === 0 ? "Never by itself. " : ""}
      {held === 0 ? "No file is held back now" : `${counted(held, "file is", "files are")} held back now`}
      {healing.quarantined > 0 ? `; ${number(healing.quarantined)} came in the last week. ` : ". "}
      {held > 0 ? <a href={url("/admin/problems#quarantine")}>Show them</a> : null}
    </>
  ),
  retention: ({ facts: { kept }, url }: Of<"retention">) => (
    <>
      {`${counted(kept.finished, "finished job")} and ${counted(kept.failed, "failure")} kept`}
      {kept.oldestAt ? (
        <>
          {"; the oldest ended "}
          <When at={kept.oldestAt} />
        </>
      ) : null}
      {". "}
      {kept.failed > 0 ? <a href={url("/admin/jobs?q=status%3Afailed")}>Show failures</a> : null}
    </>
  ),
  backup: ({ value, facts: { backups }, url }: Of<"backup">) => (
    <>
      {backups.newestAt ? (
        <>
          {`${counted(backups.nightly, "nightly copy", "nightly copies")}, ${bytes(backups.bytes)} in all; the newest `}
          <When at={backups.newestAt} />
          {". "}
        </>
      ) : (
        "No copy yet. "
      )}
      {value.enabled ? (
        <>
          {"Next "}
          <When at={backups.nextAt} />
          {". "}
        </>
      ) : (
        "Off: only when somebody asks. "
      )}
      <a href={url("/admin/backups")}>Backups</a>
    </>
  ),
  nsfwVisible: ({ value, facts: { nsfw } }: Of<"nsfwVisible">) => {
    if (nsfw.length === 0) return "No library is marked NSFW.";
    const which = `${counted(nsfw.length, "NSFW library", "NSFW libraries")}`;
    return value ? `${which} shown: ${nsfw.join(", ")}.` : `${which} hidden.`;
  },
  importMode: ({ value, facts: { importOrder, yielding } }: Of<"importMode">) => {
    const order = importOrder.slice(0, 4).join(", ");
    const rest = importOrder.length > 4 ? `, and ${number(importOrder.length - 4)} more` : "";
    if (!value.enabled) return `Off. It would go: ${order}${rest}.`;
    const holds = yielding.holds.filter(({ code }) => code === "import").length;
    return `On: ${order}${rest}. ${counted(holds, "queue waits", "queues wait")} for another.`;
  },
  playback: ({ value, facts: { yielding } }: Of<"yield">) => {
    const hold = yielding.holds.find(({ code }) => code === "playback");
    if (hold) return `Now: ${hold.text}. Work makes way.`;
    const here = value.playback.own ? "" : " Players here do not count.";
    return `Nobody plays anything: not yielding.${here} Work goes on ${typedDuration(value.playback.graceS)} after the last one.`;
  },
  cpuLoad: ({ value, facts: { yielding } }: Of<"yield">) => {
    if (value.cpuLoad === null) return "Not looked at: other programs' work changes nothing.";
    if (!yielding.load) return "Being measured.";
    const use = `Other programs use ${Math.round(yielding.load.percent)} % of ${counted(yielding.load.cores, "core")} now`;
    if (yielding.holds.some(({ code }) => code === "load")) return `${use}: work makes way.`;
    const isAbove = yielding.load.percent > value.cpuLoad;
    return `${use}: not yielding${isAbove ? ", unless it lasts" : ""}.`;
  },
  diskFree: ({ value, facts: { yielding } }: Of<"yield">) => {
    const { disk } = yielding;
    const free = disk ? `${bytes(disk.freeBytes)} of ${bytes(disk.totalBytes)} are free now` : "";
    if (value.diskFreeMb === 0) return `Not looked at. ${free}${free && "."}`;
    if (!disk) return "Being measured.";
    const scaled = disk.neededBytes < value.diskFreeMb * 1e6 ? " (5 % of so small a disk)" : "";
    const holds = yielding.holds.some(({ code }) => code === "disk");
    return `${free}, ${bytes(disk.neededBytes)} are needed${scaled}: ${holds ? "jobs that write make way" : "not yielding"}.`;
  },
  yieldMode: ({ value }: Of<"yield">) =>
    value.mode === "freeze"
      ? "Its processes are stopped where they are; GPU memory stays taken."
      : "Long encodes may go on for hours while work rests.",
};

function lastWeek(n: number, one: string, many: string, event: string, url: PageContext["url"]) {
  if (n === 0) return `No ${one} in the last week.`;
  return (
    <>
      {`${counted(n, one, many)} in the last week. `}
      <a href={url(`/admin/history?event=${event}`)}>Show {n === 1 ? "it" : "them"}</a>
    </>
  );
}

function sum(running: Record<Category, number>): number {
  return Object.values(running).reduce((a, b) => a + b, 0);
}
