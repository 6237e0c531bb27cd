// What a queue does now, as an icon and a word: runs, is paused by whom and until when, makes way for what, waits for what.

import { counted } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import type { QueueFigures } from "./queue-card.tsx";
import { When } from "./when.tsx";

export interface QueueHold {
  code: "window" | "load" | "disk" | "playback" | "import";
  text: string;
  until: Date | null;
  isFrozen: boolean;
}

/** The part of a queue's figures that says so. */
export type StateFacts = Pick<
  QueueFigures,
  | "active"
  | "failed"
  | "hold"
  | "isPaused"
  | "isEverythingPaused"
  | "lack"
  | "pausedBy"
  | "pausedUntil"
  | "pausedUntilPlaybackEnds"
  | "state"
  | "stuckJobs"
  | "waiting"
>;

interface State {
  icon: IconName;
  word: string;
  tone: "" | "running" | "failed" | "paused";
  /** More than the word says. */
  detail?: unknown;
}

export function QueueState({ queue }: { queue: StateFacts }) {
  const { icon, word, tone, detail } = stateOf(queue);
  return (
    <span class={`state ${tone ? `badge badge-${tone}` : "muted"}`}>
      <Icon name={icon} />
      <span>
        {word}
        {detail}
      </span>
    </span>
  );
}

/** The icon alone, for an idle queue that could not work if there were work: why is in its title and for screen readers. */
export function StateMark({ queue }: { queue: StateFacts }) {
  const { icon, word } = stateOf(queue);
  const words = word.replace(/, (resumes|ends) $/, "");
  return (
    <span class="warn" title={words}>
      <Icon name={icon} />
      <span class="sr-only">{words}</span>
    </span>
  );
}

/** The card's edge in the same colour as its state; failures colour what is idle otherwise. */
export function toneOf(queue: StateFacts): "held" | "failing" | "busy" | "" {
  const { tone } = stateOf(queue);
  if (tone === "failed" || (tone === "" && queue.failed > 0)) return "failing";
  if (tone === "paused") return "held";
  return tone === "running" ? "busy" : "";
}

export function stateOf(q: StateFacts): State {
  if (q.stuckJobs.length > 0)
    return { icon: "skull", word: `${counted(q.stuckJobs.length, "job")} stuck`, tone: "failed" };
  if (q.isPaused) return { icon: "pause", tone: "paused", ...pauseWords(q) };
  if (q.hold) return { icon: holdIcons[q.hold.code], tone: "paused", ...holdWords(q.hold) };
  if (q.state === "stalled")
    return { icon: "triangle-alert", word: q.lack ? `stalled: ${q.lack}` : "stalled", tone: "failed" };
  if (q.active > 0) return { icon: "play", word: "running", tone: "running" };
  if (q.lack) return { icon: "hourglass", word: q.lack, tone: "paused" };
  if (q.waiting > 0) return { icon: "hourglass", word: "about to start", tone: "" };
  return { icon: "circle-check", word: "idle", tone: "" };
}

function pauseWords(q: StateFacts): Pick<State, "word" | "detail"> {
  const word = q.isEverythingPaused ? "all paused" : "paused";
  const by = q.pausedBy && !q.isEverythingPaused ? ` by ${q.pausedBy}` : "";
  if (q.pausedUntil)
    return {
      word: `${word}${by}, resumes `,
      detail: <When at={q.pausedUntil} />,
    };
  return { word: `${word}${by}${q.pausedUntilPlaybackEnds ? " until playback ends" : ""}` };
}

const holdReasons: Record<QueueHold["code"], string> = {
  window: "quiet hours",
  load: "other programs need the CPU",
  disk: "the disk is low",
  playback: "somebody watches",
  import: "import mode",
};

const holdIcons: Record<QueueHold["code"], IconName> = {
  window: "moon",
  load: "cpu",
  disk: "hard-drive",
  playback: "video",
  import: "upload",
};

function holdWords({ code, text, until }: QueueHold): Pick<State, "word" | "detail"> {
  const reason = code === "import" ? text.replace(/^Import mode: /, "import mode, ") : holdReasons[code];
  if (!until) return { word: `held: ${reason}` };
  return {
    word: `held: ${reason}, ends `,
    detail: <When at={until} />,
  };
}
