// Jobs that ended in the last hour as a small chart: bars of two minutes. The words beside it say the same to those who
// cannot see it.

import type { Pace } from "../../src/http/pages/queue-pace.ts";
import { counted, number } from "../format.ts";

const height = 20;
const barWidth = 2;
const step = 3;

/** Keeps its room with nothing to show, so that a card does not change its shape. */
export function Sparkline({ pace: { ended, failed } }: { pace: Pace }) {
  const sum = ended.reduce((n, m) => n + m, 0);
  if (sum === 0) return <span class="spark" />;
  const most = Math.max(...ended);
  const words = `${counted(sum, "job")} ended in the last hour${failed > 0 ? `, ${number(failed)} of them failed` : ""}; at most ${number(most)} in two minutes`;
  return (
    <svg class="spark" viewBox={`0 0 ${ended.length * step} ${height}`} preserveAspectRatio="none" role="img">
      <title>{words}</title>
      <path d={bars(ended, most)} />
    </svg>
  );
}

/** One outline for all bars: a tenth of the bytes of one element each. */
function bars(ended: readonly number[], most: number): string {
  const tops = ended.map((n) => height - (n === 0 ? 0 : Math.max(2, Math.round((n / most) * height))));
  return `M0 ${height}${tops.map((top) => (top === height ? `h${step}` : `V${top}h${barWidth}V${height}h${step - barWidth}`)).join("")}z`;
}
