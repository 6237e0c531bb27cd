// The static files: embedded in the executable, read once, served under names that carry their hash, so that a browser
// may keep them for ever. A new file is one import and one row.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { Hono } from "hono";
import cssAdmin from "../../static/css/admin.css" with { type: "file" };
import cssApiDocs from "../../static/css/api-docs.css" with { type: "file" };
import cssBase from "../../static/css/base.css" with { type: "file" };
import cssControls from "../../static/css/controls.css" with { type: "file" };
import cssCreateJob from "../../static/css/create-job.css" with { type: "file" };
import cssDetails from "../../static/css/details.css" with { type: "file" };
import cssDoors from "../../static/css/doors.css" with { type: "file" };
import cssDuplicates from "../../static/css/duplicates.css" with { type: "file" };
import cssExports from "../../static/css/exports.css" with { type: "file" };
import cssFile from "../../static/css/file.css" with { type: "file" };
import cssFrame from "../../static/css/frame.css" with { type: "file" };
import cssHistory from "../../static/css/history.css" with { type: "file" };
import cssJobDetail from "../../static/css/job-detail.css" with { type: "file" };
import cssJobs from "../../static/css/jobs.css" with { type: "file" };
import cssLast from "../../static/css/last.css" with { type: "file" };
import cssLibrary from "../../static/css/library.css" with { type: "file" };
import cssLiveWork from "../../static/css/live-work.css" with { type: "file" };
import cssPalette from "../../static/css/palette.css" with { type: "file" };
import cssPlayer from "../../static/css/player.css" with { type: "file" };
import cssProblems from "../../static/css/problems.css" with { type: "file" };
import cssQueues from "../../static/css/queues.css" with { type: "file" };
import cssScenes from "../../static/css/scenes.css" with { type: "file" };
import cssSettings from "../../static/css/settings.css" with { type: "file" };
import cssTokens from "../../static/css/tokens.css" with { type: "file" };
import cssUpkeep from "../../static/css/upkeep.css" with { type: "file" };
import cssViews from "../../static/css/views.css" with { type: "file" };
import faviconSvg from "../../static/favicon.svg" with { type: "file" };
import jsApp from "../../static/js/app.js" with { type: "file" };
import jsAtOnce from "../../static/js/at-once.js" with { type: "file" };
import jsCharts from "../../static/js/charts.js" with { type: "file" };
import jsClockTime from "../../static/js/clock-time.js" with { type: "file" };
import jsCopy from "../../static/js/copy.js" with { type: "file" };
import jsCreateJob from "../../static/js/create-job.js" with { type: "file" };
import jsDialog from "../../static/js/dialog.js" with { type: "file" };
import jsDom from "../../static/js/dom.js" with { type: "file" };
import jsDropped from "../../static/js/dropped.js" with { type: "file" };
import jsFile from "../../static/js/file.js" with { type: "file" };
import jsFiles from "../../static/js/files.js" with { type: "file" };
import jsFuzzy from "../../static/js/fuzzy.js" with { type: "file" };
import jsGridPlace from "../../static/js/grid-place.js" with { type: "file" };
import jsHoverPreview from "../../static/js/hover-preview.js" with { type: "file" };
import jsJobList from "../../static/js/job-list.js" with { type: "file" };
import jsKeyboard from "../../static/js/keyboard.js" with { type: "file" };
import jsLand from "../../static/js/land.js" with { type: "file" };
import jsLightbox from "../../static/js/lightbox.js" with { type: "file" };
import jsLiveWork from "../../static/js/live-work.js" with { type: "file" };
import jsLog from "../../static/js/log.js" with { type: "file" };
import jsLogMarks from "../../static/js/log-marks.js" with { type: "file" };
import jsMap from "../../static/js/map.js" with { type: "file" };
import jsMomentEditor from "../../static/js/moment-editor.js" with { type: "file" };
import jsMoments from "../../static/js/moments.js" with { type: "file" };
import jsPalette from "../../static/js/palette.js" with { type: "file" };
import jsPictureZoom from "../../static/js/picture-zoom.js" with { type: "file" };
import jsPlayer from "../../static/js/player.js" with { type: "file" };
import jsPlayerControls from "../../static/js/player-controls.js" with { type: "file" };
import jsPlayerHls from "../../static/js/player-hls.js" with { type: "file" };
import jsPlayerKeys from "../../static/js/player-keys.js" with { type: "file" };
import jsPlayerPlace from "../../static/js/player-place.js" with { type: "file" };
import jsProblems from "../../static/js/problems.js" with { type: "file" };
import jsRequests from "../../static/js/requests.js" with { type: "file" };
import jsRuleEditor from "../../static/js/rule-editor.js" with { type: "file" };
import jsSettings from "../../static/js/settings.js" with { type: "file" };
import jsStream from "../../static/js/stream.js" with { type: "file" };
import jsSuggest from "../../static/js/suggest.js" with { type: "file" };
import jsTheme from "../../static/js/theme.js" with { type: "file" };
import jsTickRange from "../../static/js/tick-range.js" with { type: "file" };
import jsTicks from "../../static/js/ticks.js" with { type: "file" };
import jsTimeline from "../../static/js/timeline.js" with { type: "file" };
import jsTimes from "../../static/js/times.js" with { type: "file" };
import jsToasts from "../../static/js/toasts.js" with { type: "file" };
import jsTrash from "../../static/js/trash.js" with { type: "file" };
import jsUpload from "../../static/js/upload.js" with { type: "file" };
import jsVendored from "../../static/js/vendored.js" with { type: "file" };
import jsWave from "../../static/js/wave.js" with { type: "file" };
import hlsJs from "../../static/vendor/hls.min.js" with { type: "file" };
import htmxJs from "../../static/vendor/htmx.min.js" with { type: "file" };
import sseJs from "../../static/vendor/hx-sse.min.js" with { type: "file" };
import leafletCss from "../../static/vendor/leaflet.css" with { type: "file" };
import leafletJs from "../../static/vendor/leaflet.js" with { type: "file" };
import mediaChromeJs from "../../static/vendor/media-chrome.js" with { type: "file" };
import photoswipeCss from "../../static/vendor/photoswipe.css" with { type: "file" };
import photoswipeJs from "../../static/vendor/photoswipe.esm.min.js" with { type: "file" };
import tusJs from "../../static/vendor/tus.min.js" with { type: "file" };
import wavesurferJs from "../../static/vendor/wavesurfer.esm.js" with { type: "file" };
import { iconCss } from "../../views/parts/icon-paths.ts";
import type { App, Env } from "./context.ts";

/**
 * Others' files, loaded where and when they are used: a page names them (`<Layout vendor={["hls.js"]}>`), a script of ours
 * asks for one (`vendored("hls.js")` of static/js/vendored.js). `from` is what the file is a copy of.
 */
export const vendored = {
  "hls.js": { file: hlsJs, from: "hls.js/dist/hls.min.mjs" },
  "leaflet.css": { file: leafletCss, from: "leaflet/dist/leaflet.css" },
  "leaflet.js": { file: leafletJs, from: "leaflet/dist/leaflet.js" },
  "media-chrome.js": { file: mediaChromeJs, from: "media-chrome/dist/iife/all.js" },
  "photoswipe.css": { file: photoswipeCss, from: "photoswipe/dist/photoswipe.css" },
  "photoswipe.js": { file: photoswipeJs, from: "photoswipe/dist/photoswipe.esm.min.js" },
  "tus.js": { file: tusJs, from: "tus-js-client/dist/tus.min.js" },
  "wavesurfer.js": { file: wavesurferJs, from: "wavesurfer.js/dist/wavesurfer.esm.js" },
};

export type VendoredName = keyof typeof vendored;

/** Several files are served as one, in order: from general to special. */
const paths = {
  "app.css": [
    cssTokens,
    cssBase,
    cssFrame,
    cssControls,
    cssLiveWork,
    cssQueues,
    cssJobs,
    cssJobDetail,
    cssProblems,
    cssHistory,
    cssSettings,
    cssAdmin,
    cssDoors,
    cssLibrary,
    cssViews,
    cssUpkeep,
    cssDuplicates,
    cssFile,
    cssDetails,
    cssPlayer,
    cssScenes,
    cssExports,
    cssCreateJob,
    cssPalette,
    cssApiDocs,
    cssLast,
  ],
  "favicon.svg": faviconSvg,
  // In one script: htmx starts in a task of its own right after it, and an extension that comes later comes too late.
  "htmx.js": [htmxJs, sseJs],
};

/** What `app.js` imports: a browser that is told may fetch them at once. */
const everywhere = {
  "at-once.js": jsAtOnce,
  "copy.js": jsCopy,
  "create-job.js": jsCreateJob,
  "dialog.js": jsDialog,
  "dom.js": jsDom,
  "fuzzy.js": jsFuzzy,
  "job-list.js": jsJobList,
  "keyboard.js": jsKeyboard,
  "live-work.js": jsLiveWork,
  "log-marks.js": jsLogMarks,
  "log.js": jsLog,
  "moments.js": jsMoments,
  "palette.js": jsPalette,
  "requests.js": jsRequests,
  "stream.js": jsStream,
  "suggest.js": jsSuggest,
  "theme.js": jsTheme,
  "tick-range.js": jsTickRange,
  "ticks.js": jsTicks,
  "times.js": jsTimes,
  "toasts.js": jsToasts,
  "vendored.js": jsVendored,
};

/** Scripts that import each other by their names: served in one folder, whose name carries the hash of all. */
const modules = {
  ...everywhere,
  "app.js": jsApp,
  "charts.js": jsCharts,
  "file.js": jsFile,
  "files.js": jsFiles,
  "grid-place.js": jsGridPlace,
  "hover-preview.js": jsHoverPreview,
  "land.js": jsLand,
  "lightbox.js": jsLightbox,
  "map.js": jsMap,
  "clock-time.js": jsClockTime,
  "picture-zoom.js": jsPictureZoom,
  "player.js": jsPlayer,
  "player-controls.js": jsPlayerControls,
  "player-hls.js": jsPlayerHls,
  "player-keys.js": jsPlayerKeys,
  "player-place.js": jsPlayerPlace,
  "moment-editor.js": jsMomentEditor,
  "wave.js": jsWave,
  "problems.js": jsProblems,
  "rule-editor.js": jsRuleEditor,
  "settings.js": jsSettings,
  "dropped.js": jsDropped,
  "trash.js": jsTrash,
  "upload.js": jsUpload,
  "timeline.js": jsTimeline,
};

export type AssetName = keyof typeof paths | keyof typeof modules | VendoredName;

/** The path of an asset below the base path: `/static/app.1a2b3c4d5e.css`, `/static/js.1a2b3c4d5e/app.js`. */
export function assetPath(name: AssetName): string {
  return `/static/${load(name).hashedName}`;
}

export const appModules = Object.keys(everywhere) as (keyof typeof everywhere)[];

export function staticFiles(_app: Pick<App, "config">): Hono<Env> {
  const names = [paths, modules, vendored].flatMap((table) => Object.keys(table)) as AssetName[];
  const byHashedName = new Map(names.map((name) => [load(name).hashedName, load(name)]));
  const routes = new Hono<Env>();
  routes.on(["GET", "HEAD"], "/static/:file{.+}", (c) => {
    const asset = byHashedName.get(c.req.param("file"));
    if (!asset) return c.notFound();
    const headers = new Headers({
      "Content-Type": asset.mimeType,
      "Cache-Control": "public, max-age=31536000, immutable",
      "X-Content-Type-Options": "nosniff",
      Vary: "Accept-Encoding",
    });
    const { bytes, encoding } = encoded(asset, c.req.header("Accept-Encoding") ?? "");
    headers.set("ETag", encoding ? `"${asset.hash}-${encoding}"` : `"${asset.hash}"`);
    if (encoding) headers.set("Content-Encoding", encoding);
    if (c.req.header("If-None-Match") === headers.get("ETag"))
      return new Response(null, { status: 304, headers });
    // Bytes and not a Bun.file: an embedded file answers HEAD with length 0.
    headers.set("Content-Length", String(bytes.byteLength));
    return new Response(c.req.method === "HEAD" ? null : bytes, { headers });
  });
  return routes;
}

interface Asset {
  hashedName: string;
  hash: string;
  mimeType: string;
  bytes: Uint8Array<ArrayBuffer>;
  compressed: Map<string, Uint8Array<ArrayBuffer>>;
}

const loaded = new Map<AssetName, Asset>();

function load(name: AssetName): Asset {
  const known = loaded.get(name);
  if (known) return known;
  const isModule = isOneOf(modules, name);
  const files = read(
    isModule ? [modules[name]] : isOneOf(vendored, name) ? [vendored[name].file] : [paths[name]].flat(),
  );
  const bytes = name === "app.css" ? new Uint8Array(Buffer.concat([files, Buffer.from(iconCss())])) : files;
  const hash = isModule ? hashOfModules() : hashOf(bytes);
  const [stem, extension] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
  const asset: Asset = {
    hashedName: isModule ? `js.${hash}/${name}` : `${stem}.${hash}.${extension}`,
    hash,
    mimeType: mimeTypes[extension]!,
    bytes,
    compressed: new Map(),
  };
  loaded.set(name, asset);
  return asset;
}

function read(files: string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(files.map((path) => readFileSync(path))));
}

function hashOf(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 10);
}

let modulesHash: string | undefined;

/** Of all of them, since they name each other without a hash. */
function hashOfModules(): string {
  modulesHash ??= hashOf(read(Object.values(modules)));
  return modulesHash;
}

function isOneOf<T extends object>(table: T, name: PropertyKey): name is keyof T {
  return Object.hasOwn(table, name);
}

const mimeTypes: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

function encoded(
  asset: Asset,
  accepts: string,
): { bytes: Uint8Array<ArrayBuffer>; encoding?: "br" | "gzip" } {
  const encoding = /\bbr\b/.test(accepts) ? "br" : /\bgzip\b/.test(accepts) ? "gzip" : undefined;
  if (!encoding) return { bytes: asset.bytes };
  let bytes = asset.compressed.get(encoding);
  if (!bytes) {
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    bytes = new Uint8Array(
      encoding === "br" ? brotliCompressSync(asset.bytes, quality) : gzipSync(asset.bytes, { level: 9 }),
    );
    asset.compressed.set(encoding, bytes);
  }
  return { bytes, encoding };
}
