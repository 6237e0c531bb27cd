// When a cause struck, as bars; the words beside it say first and last.

import type { CauseTimes } from "../../src/http/pages/cause-shown.ts";
import { counted, dateTime, duration } from "../format.ts";

const height = 22;
const step = 4;

export function CauseSpark({ times }: { times: CauseTimes | null }) {
  if (!times) return <span class="cause-spark" />;
  const { counts, from, stepMs } = times;
  const most = Math.max(1, ...counts);
  const bar = (n: number) => Math.max(2, Math.round((n / most) * (height - 2)));
  const bars = counts
    .map((n, at) => (n > 0 ? `M${at * step} ${height}v-${bar(n)}h${step - 1}v${bar(n)}z` : ""))
    .join("");
  const total = counts.reduce((sum, n) => sum + n, 0);
  const title = `${counted(total, "failure")} since ${dateTime(from)}, a bar for every ${duration(stepMs / 1000)}; at most ${counted(most, "failure")} in one`;
  return (
    <svg class="cause-spark" viewBox={`0 0 ${counts.length * step} ${height}`} role="img" aria-label={title}>
      <title>{title}</title>
      <path class="base" d={`M0 ${height - 1}H${counts.length * step - 1}v1H0z`} />
      <path class="any" d={bars} />
    </svg>
  );
}
