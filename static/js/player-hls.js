// A film in several qualities: hls.js feeds the video element, and the player's menus see qualities and sound tracks in the
// form that media-chrome asks for (https://github.com/muxinc/media-elements: media-tracks).

import { vendored } from "./vendored.js";

/**
 * False where the browser can't stream it: the film itself then plays instead. `addressNow` answers the newest stream's:
 * one may be made anew while it plays.
 */
export async function attachHls(video, addressNow) {
  const { default: Hls } = await vendored("hls.js");
  if (!Hls.isSupported()) {
    if (!video.canPlayType("application/vnd.apple.mpegurl")) return false;
    video.src = addressNow();
    return true;
  }
  video.videoRenditions = new Renditions();
  // Some browsers have a list of their own, which knows nothing of these.
  Object.defineProperty(video, "audioTracks", { value: new SoundTracks(), configurable: true });
  // A film with one quality and one sound has nothing to choose: the menus hide.
  return await stream(Hls, video, addressNow, -1);
}

/** -1 is the beginning. */
function stream(Hls, video, addressNow, startPosition) {
  const hls = new Hls({ capLevelToPlayerSize: false, backBufferLength: 60, startPosition });
  const known = new Promise((resolve) => {
    hls.once(Hls.Events.MANIFEST_PARSED, () => resolve(true));
    hls.on(Hls.Events.ERROR, (_, fault) => {
      if (fault.fatal || isOutdated(Hls, fault)) resolve(recover(Hls, hls, video, addressNow, fault));
    });
  });
  video.videoRenditions.follow(hls, Hls.Events);
  video.audioTracks.follow(hls, Hls.Events);
  const waits = () => endIfAtEnd(Hls, hls, video);
  video.addEventListener("waiting", waits);
  hls.once(Hls.Events.DESTROYING, () => video.removeEventListener("waiting", waits));
  hls.loadSource(addressNow());
  hls.attachMedia(video);
  return known;
}

/** hls.js takes a last segment of a few frames for a gap, and would wait for what follows it: nothing does. */
function endIfAtEnd(Hls, hls, video) {
  for (const [type, lines, n] of [
    ["audio", hls.audioTracks, hls.audioTrack],
    ["video", hls.levels, hls.currentLevel],
  ]) {
    const last = lines[n]?.details?.fragments.at(-1);
    if (last?.gap && video.currentTime > last.start - 0.25) hls.trigger(Hls.Events.BUFFER_EOS, { type });
  }
}

let recovered = 0;

/** Goes on where it can; else the film itself is played from the same place. */
function recover(Hls, hls, video, addressNow, fault) {
  const { type, details } = fault;
  const isFirst = recovered++ < 3;
  const { currentTime, paused } = video;
  if (isFirst && isOutdated(Hls, fault)) {
    hls.destroy();
    return stream(Hls, video, addressNow, currentTime).then((isGood) => {
      if (isGood && !paused) void video.play().catch(() => {});
      return isGood;
    });
  }
  if (isFirst && type === Hls.ErrorTypes.MEDIA_ERROR) {
    hls.recoverMediaError();
    return true;
  }
  if (isFirst && type === Hls.ErrorTypes.NETWORK_ERROR && !details.startsWith("manifest")) {
    hls.startLoad();
    return true;
  }
  hls.destroy();
  video.removeAttribute("src");
  video.load();
  video.currentTime = currentTime;
  if (!paused) void video.play().catch(() => {});
  return false;
}

/** The segments are of an earlier stream: to ask for them again and again would be of no use. */
function isOutdated(Hls, { details, response }) {
  return details === Hls.ErrorDetails.FRAG_LOAD_ERROR && response?.code === 404;
}

/** Indexed like an array, with events. */
class TrackList extends EventTarget {
  length = 0;

  fill(tracks, event) {
    for (let i = 0; i < this.length; i++) delete this[i];
    this.length = tracks.length;
    Object.assign(this, tracks);
    this.dispatchEvent(new Event(event));
  }

  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) yield this[i];
  }
}

class Renditions extends TrackList {
  #hls;
  #chosen = -1;

  follow(hls, events) {
    this.#hls = hls;
    this.#chosen = -1;
    hls.on(events.MANIFEST_PARSED, () => {
      const levels = hls.levels.map(({ width, height, bitrate }, n) => ({
        id: String(n),
        src: "",
        width,
        height,
        bitrate,
      }));
      this.fill(levels.length > 1 ? levels : [], "addrendition");
    });
  }

  /** -1 lets the line decide. */
  get selectedIndex() {
    return this.#chosen;
  }

  set selectedIndex(index) {
    this.#chosen = index;
    this.#hls.nextLevel = index;
    this.dispatchEvent(new Event("change"));
  }
}

class SoundTracks extends TrackList {
  follow(hls, events) {
    hls.on(events.AUDIO_TRACKS_UPDATED, () => {
      const tracks = hls.audioTracks.map(({ name, lang }, n) => soundTrack(this, hls, n, name, lang));
      this.fill(tracks, "addtrack");
    });
    hls.on(events.AUDIO_TRACK_SWITCHED, () => this.dispatchEvent(new Event("change")));
  }
}

function soundTrack(list, hls, n, name, lang) {
  return {
    id: String(n),
    kind: "main",
    label: name || lang || `Sound ${n + 1}`,
    language: lang ?? "",
    get enabled() {
      return hls.audioTrack === n;
    },
    set enabled(isEnabled) {
      if (isEnabled && hls.audioTrack !== n) {
        hls.audioTrack = n;
        list.dispatchEvent(new Event("change"));
      }
    },
  };
}
