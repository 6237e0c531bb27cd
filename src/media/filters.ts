// Filters of ffmpeg that more than one kind needs.

/** HDR to the colours of ordinary screens. Needs `zscale` and `tonemap`; `range` is `pc` for pictures, `tv` for films. */
export function toneMap(pixelFormat: string, range: "pc" | "tv"): string {
  return (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0," +
    `zscale=t=bt709:m=bt709:r=${range},format=${pixelFormat}`
  );
}
