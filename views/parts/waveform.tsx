// A sound wave drawn on the server: one mirrored bar per slice, from peaks between 0 and 1.

export interface Waveform {
  peaks: number[];
  durationS: number;
}

export function WaveformDrawing({ waveform, label }: { waveform: Waveform; label: string }) {
  const { peaks } = waveform;
  const bars = peaks.map((peak, i) => {
    const half = Math.max(0.6, peak * 48);
    return `M${i * 3 + 1} ${(50 - half).toFixed(1)}v${(half * 2).toFixed(1)}`;
  });
  return (
    <svg
      class="waveform"
      viewBox={`0 0 ${peaks.length * 3} 100`}
      preserveAspectRatio="none"
      role="img"
      data-duration={waveform.durationS.toFixed(3)}
    >
      <title>{label}</title>
      <path class="waveform-all" d={bars.join("")} />
      <svg class="waveform-played" width="0%" height="100" aria-hidden="true" preserveAspectRatio="none">
        <path d={bars.join("")} />
      </svg>
    </svg>
  );
}
