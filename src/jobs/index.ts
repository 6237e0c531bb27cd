// Every kind of job there is. A new kind is one file and one line here.

import { Catalogue, type JobKind } from "../queue/kind.ts";
import { audioScan } from "./audio-scan.ts";
import { audioWaveform } from "./audio-waveform.ts";
import { withCodedFailures } from "./coded-failures.ts";
import { derived } from "./derived.ts";
import { fileHash } from "./file-hash.ts";
import { fileMetadata } from "./file-metadata.ts";
import { galleryScan } from "./gallery-scan.ts";
import { imageThumbnail } from "./image-thumbnail.ts";
import { imageTransform } from "./image-transform.ts";
import { libraryScan } from "./library-scan.ts";
import { publicScan } from "./public-scan.ts";
import { queues } from "./queues.ts";
import type { Tools } from "./tools.ts";
import { unlessHeld } from "./unless-held.ts";
import { videoPoster } from "./video-poster.ts";
import { videoTranscode } from "./video-transcode.ts";

export const kinds: JobKind<any, Tools>[] = [
  imageTransform,
  libraryScan,
  galleryScan,
  audioScan,
  publicScan,
  fileMetadata,
  fileHash,
  derived(videoPoster),
  derived(imageThumbnail),
  derived(audioWaveform),
  derived(videoTranscode),
];

export function createCatalogue(): Catalogue<Tools> {
  return new Catalogue(
    queues,
    kinds.map((kind) => withCodedFailures(unlessHeld(kind))),
  );
}
