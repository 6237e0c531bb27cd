// What the things that are made of files are called.

export const derivativeNames: Record<string, string> = {
  poster: "Poster",
  thumbnail: "Thumbnail",
  preview: "Preview",
  waveform: "Sound wave",
  transcode: "Version for browsers",
};
