// Every kind of job there is. A new kind is one file and one line here.

import { Catalogue, type JobKind } from "../queue/kind.ts";
import { audioFingerprint } from "./audio-fingerprint.ts";
import { audioScan } from "./audio-scan.ts";
import { audioWaveform } from "./audio-waveform.ts";
import { backup } from "./backup.ts";
import { clipGenerate } from "./clip-generate.ts";
import { withCodedFailures } from "./coded-failures.ts";
import { collectionRefresh } from "./collection-refresh.ts";
import { compileGif } from "./compile-gif.ts";
import { compileMega } from "./compile-mega.ts";
import { compileQuad } from "./compile-quad.ts";
import { compileRandom } from "./compile-random.ts";
import { dedupePaths } from "./dedupe-paths.ts";
import { derived } from "./derived.ts";
import { digestGenerate } from "./digest-generate.ts";
import { extractSubtitles } from "./extract-subtitles.ts";
import { fileHash } from "./file-hash.ts";
import { fileMetadata } from "./file-metadata.ts";
import { galleryScan } from "./gallery-scan.ts";
import { highlightGenerate } from "./highlight-generate.ts";
import { imageFingerprint } from "./image-fingerprint.ts";
import { imagePrewarm } from "./image-prewarm.ts";
import { imageThumbnail } from "./image-thumbnail.ts";
import { imageTransform } from "./image-transform.ts";
import { libraryScan } from "./library-scan.ts";
import { metadataImport } from "./metadata-import.ts";
import { momentExport } from "./moment-export.ts";
import { moveToLibrary } from "./move-to-library.ts";
import { pruneHistory } from "./prune-history.ts";
import { publicScan } from "./public-scan.ts";
import { purgeTrash } from "./purge-trash.ts";
import { queues } from "./queues.ts";
import { sceneExtract } from "./scene-extract.ts";
import type { Tools } from "./tools.ts";
import { unlessHeld } from "./unless-held.ts";
import { videoFingerprint } from "./video-fingerprint.ts";
import { videoHls } from "./video-hls.ts";
import { videoPoster } from "./video-poster.ts";
import { videoPreview } from "./video-preview.ts";
import { videoSprite } from "./video-sprite.ts";
import { videoTranscode } from "./video-transcode.ts";

export const kinds: JobKind<any, Tools>[] = [
  imageTransform,
  libraryScan,
  galleryScan,
  audioScan,
  publicScan,
  fileMetadata,
  fileHash,
  metadataImport,
  derived(videoPoster),
  derived(imageThumbnail),
  derived(audioWaveform),
  derived(videoTranscode),
  derived(videoHls),
  derived(videoPreview),
  derived(videoSprite),
  derived(videoFingerprint),
  derived(imageFingerprint),
  derived(audioFingerprint),
  collectionRefresh,
  derived(extractSubtitles),
  derived(sceneExtract),
  derived(digestGenerate),
  derived(clipGenerate),
  highlightGenerate,
  momentExport,
  compileGif,
  compileRandom,
  compileQuad,
  compileMega,
  moveToLibrary,
  dedupePaths,
  purgeTrash,
  imagePrewarm,
  pruneHistory,
  backup,
];

export function createCatalogue(): Catalogue<Tools> {
  return new Catalogue(
    queues,
    kinds.map((kind) => withCodedFailures(unlessHeld(kind))),
  );
}
