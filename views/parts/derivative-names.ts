// What the things that are made of files are called.

export const derivativeNames: Record<string, string> = {
  poster: "Poster",
  thumbnail: "Thumbnail",
  preview: "Preview",
  waveform: "Sound wave",
  transcode: "Version for browsers",
  subtitles: "Subtitles",
  scene: "Scenes",
  sprite: "Seek-bar pictures",
  hls: "Adaptive stream",
};
