// The named queues, as data. Weights are importance ÷ complexity: how much somebody waits for the result against how
// long it takes. `base` is jobs at once before the global multiplier.

import type { QueueSpec } from "../queue/kind.ts";

const q = (section: string, name: string, weight: number, base: number, description: string): QueueSpec => ({
  name,
  section,
  description,
  weight,
  base,
});

export const queues: readonly QueueSpec[] = [
  {
    ...q("Interactive", "imageproxy", 100, 2, "Resizes a picture that somebody is waiting for"),
    interactive: true,
  },
  q("Library scans", "library-scan", 75, 1, "Finds new, changed and moved videos"),
  q("Library scans", "gallery-scan", 75, 1, "Finds new, changed and moved images"),
  q("Library scans", "audio-scan", 75, 1, "Finds new, changed and moved audio"),
  q("Metadata", "metadata", 70, 2, "Reads streams, EXIF and GPS, and checks that files are whole"),
  q("Metadata", "hash", 60, 1, "SHA-256 of every file, to find duplicates and moves"),
  q("Metadata", "metadata-import", 35, 1, "Applies sidecars and identify results"),
  q("Pictures", "thumbnail", 65, 2, "Posters of videos and thumbnails of images"),
  q("Pictures", "fingerprint", 35, 1, "Perceptual fingerprints, to find near duplicates"),
  q("Audio and text", "waveform", 40, 1, "Waveforms for the player"),
  q("Audio and text", "subtitles", 35, 1, "Takes subtitles out of videos"),
  q("Exports", "moment-export", 45, 1, "Cuts the moments, clips and GIFs that somebody asked for"),
  q("Video", "preview", 20, 1, "Short previews and seek-bar sprites"),
  q("Video", "scene", 15, 1, "Finds scene changes"),
  q("Video", "compile", 10, 1, "Compilations, digests and highlights"),
  q("Video", "video-transcode", 10, 1, "Makes videos playable in browsers"),
  q("Recognition", "object-detection", 30, 1, "Finds objects in pictures and frames"),
  q("Recognition", "face-detection", 30, 1, "Finds faces and groups them into people"),
  q("Recognition", "audio-detection", 25, 1, "Labels sounds"),
  q("Recognition", "tagging", 20, 1, "Tags from objects, sounds and scenes"),
  q("Recognition", "transcription", 5, 1, "Speech to text"),
  q("Upkeep", "models", 60, 1, "Downloads recognition models"),
  q("Upkeep", "default", 50, 1, "Drains jobs of kinds that this build no longer routes"),
  q("Upkeep", "collection-refresh", 15, 1, "Re-evaluates dynamic collections"),
  q(
    "Upkeep",
    "library-maintenance",
    10,
    1,
    "Moves files between libraries, empties the trash, merges double paths",
  ),
  q("Upkeep", "maintenance", 1, 1, "Pre-warms pictures, prunes history, takes backups"),
];
