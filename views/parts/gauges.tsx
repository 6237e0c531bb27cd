// How full the machine is, as meters with their numbers: what each says is in words, the bar only shows it.

import type { CpuShares } from "../../src/http/pages/cpu-shares.ts";
import type { Category } from "../../src/queue/job.ts";
import { bytes, number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Since } from "./when.tsx";

export interface GaugeFigures {
  slots: { category: Category; running: number; limit: number }[];
  vram: {
    usedMb: number;
    budgetMb: number;
    /** By the owner, not read from the GPU. */
    isChosen: boolean;
    gpu: string | null;
  };
  /** Null until two looks make a figure. */
  cpu: CpuShares | null;
  /** Percent of other programs' load above which work makes way; null when it does not. */
  yieldsAbove: number | null;
  disk: { freeBytes: number; totalBytes: number; neededBytes: number } | null;
  worker: { isAlive: boolean; since: Date };
}

export function Gauges({ gauges: g }: { gauges: GaugeFigures }) {
  return (
    <ul class="gauges card" id="gauges" aria-label="How full the machine is">
      {g.slots.map((slot) => (
        <Slots {...slot} />
      ))}
      <Memory vram={g.vram} />
      <Processors cpu={g.cpu} yieldsAbove={g.yieldsAbove} />
      <Disk disk={g.disk} />
      <li class="gauge">
        <span class="label">
          <Icon name="heart-pulse" />
          Worker
        </span>
        <b class={g.worker.isAlive ? "good" : "warn"}>{g.worker.isAlive ? "1 alive" : "waking up"}</b>
        <small class="muted">
          {"up "}
          <Since at={g.worker.since} />
        </small>
      </li>
    </ul>
  );
}

const categoryWords: Record<Category, { label: string; icon: IconName; of: string }> = {
  cpu: { label: "CPU jobs", icon: "cpu", of: "that use the CPU" },
  gpu_encode: { label: "GPU encoding", icon: "film", of: "that encode on the GPU" },
  gpu_ai: { label: "GPU recognition", icon: "shield-check", of: "that recognise on the GPU" },
};

function Slots({ category, running, limit }: GaugeFigures["slots"][number]) {
  const { label, icon, of } = categoryWords[category];
  const isFull = running >= limit;
  return (
    <Gauge
      label={label}
      icon={icon}
      value={`${running} / ${limit}`}
      max={limit}
      parts={[{ n: Math.min(running, limit), tone: "own" }]}
      pips={limit}
      words={`${running} of at most ${limit} jobs ${of} run`}
      note={running > limit ? "over the limit" : isFull ? "full, others wait" : `${limit - running} free`}
      tone={isFull ? "warn" : ""}
    />
  );
}

function Memory({ vram: { usedMb, budgetMb, isChosen, gpu } }: Pick<GaugeFigures, "vram">) {
  if (budgetMb === 0)
    return (
      <li class="gauge">
        <span class="label">
          <Icon name="memory-stick" />
          GPU memory
        </span>
        <b class="muted">none</b>
        <small class="muted" title="A budget can be set by hand in the settings">
          {gpu === null ? "no GPU known" : `${gpu} has none of its own`}
        </small>
      </li>
    );
  const share = usedMb / budgetMb;
  return (
    <Gauge
      label="GPU memory"
      icon="memory-stick"
      value={`${number(usedMb)} / ${number(budgetMb)} MB`}
      max={budgetMb}
      parts={[{ n: Math.min(usedMb, budgetMb), tone: "own" }]}
      words={`${number(usedMb)} of ${number(budgetMb)} MB of GPU memory are reserved by jobs`}
      note={
        usedMb > budgetMb
          ? "over the budget"
          : share >= 0.9
            ? "nearly all reserved"
            : isChosen
              ? "budget set by hand"
              : (gpu ?? "")
      }
      tone={share >= 0.9 ? "warn" : ""}
    />
  );
}

function Processors({ cpu, yieldsAbove }: Pick<GaugeFigures, "cpu" | "yieldsAbove">) {
  if (!cpu)
    return (
      <Gauge
        label="CPU load"
        icon="activity"
        value="–"
        max={100}
        parts={[]}
        words="The load of the processors is being measured"
        note="being measured"
        tone=""
      />
    );
  const { ownPercent: own, othersPercent: others, isJoint } = cpu;
  const makesWay = yieldsAbove !== null && others > yieldsAbove;
  return (
    <Gauge
      label="CPU load"
      icon="activity"
      value={`${Math.min(100, own + others)} %`}
      max={100}
      parts={[
        { n: own, tone: "own" },
        { n: Math.min(others, 100 - own), tone: "others" },
      ]}
      words={
        isJoint
          ? `All programs use ${others} % of ${cpu.cores} processor cores`
          : `Our jobs use ${own} %, other programs ${others} % of ${cpu.cores} processor cores`
      }
      note={
        makesWay
          ? `others ${others} %, limit ${yieldsAbove} %`
          : isJoint
            ? `${cpu.cores} cores`
            : `ours ${own} %, others ${others} %`
      }
      tone={makesWay ? "warn" : ""}
    />
  );
}

function Disk({ disk }: Pick<GaugeFigures, "disk">) {
  if (!disk) return null;
  const { freeBytes, totalBytes, neededBytes } = disk;
  const isLow = freeBytes < neededBytes;
  const isNear = freeBytes < neededBytes * 2;
  return (
    <Gauge
      label="Disk"
      icon="hard-drive"
      value={`${bytes(freeBytes)} free`}
      max={totalBytes}
      parts={[{ n: totalBytes - freeBytes, tone: isLow ? "bad" : isNear ? "warn" : "own" }]}
      words={`${bytes(freeBytes)} of ${bytes(totalBytes)} are free; below ${bytes(neededBytes)} jobs that write wait`}
      note={isLow ? `below ${bytes(neededBytes)}: writing waits` : `stops below ${bytes(neededBytes)}`}
      tone={isLow ? "bad" : isNear ? "warn" : ""}
    />
  );
}

interface GaugeProps {
  label: string;
  icon: IconName;
  value: string;
  max: number;
  parts: { n: number; tone: "own" | "others" | "warn" | "bad" }[];
  /** Drawn as so many single pieces, where they are few. */
  pips?: number;
  /** What it means, in a sentence. */
  words: string;
  note: string;
  tone: "" | "warn" | "bad";
}

function Gauge({ label, icon, value, max, parts, pips = 0, words, note, tone }: GaugeProps) {
  const now = parts.reduce((n, part) => n + part.n, 0);
  return (
    <li class="gauge" title={words}>
      <span class="label">
        <Icon name={icon} />
        {label}
      </span>
      <b class={tone || undefined}>{value}</b>
      {/* biome-ignore lint/a11y/useSemanticElements: a meter of several parts, which the element cannot draw */}
      <span
        class="meter"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={now}
        aria-valuetext={words}
      >
        <Bar max={max} parts={parts} pips={pips} />
      </span>
      <small class={tone || "muted"}>{note}</small>
    </li>
  );
}

/** The widths are attributes of shapes: the policy allows no styles in the markup. */
function Bar({ max, parts, pips }: Pick<GaugeProps, "max" | "parts"> & { pips: number }) {
  let at = 0;
  return (
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="room" width="100" height="6" />
      {parts.map(({ n, tone }) => {
        const x = at;
        const width = max > 0 ? Math.round((n / max) * 1000) / 10 : 0;
        at += width;
        return <rect class={tone} x={x} width={width} height="6" />;
      })}
      {pips > 1 && pips <= 12
        ? Array.from({ length: pips - 1 }, (_, i) => (
            <rect class="gap" x={Math.round(((i + 1) / pips) * 1000) / 10 - 0.6} width="1.2" height="6" />
          ))
        : null}
    </svg>
  );
}
