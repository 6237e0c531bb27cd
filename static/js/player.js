// The player of a file's page. Until somebody plays it there is a poster with a button; the first use loads media-chrome
// and, where the film streams, hls.js. It goes on where it was left, follows links to a time, and takes what is made of
// the film meanwhile without stopping.

import { clock } from "./clock-time.js";
import { $, $$ } from "./dom.js";
import { addControls } from "./player-controls.js";
import { attachHls } from "./player-hls.js";
import { placeLeft, rememberPlace } from "./player-place.js";
import { say } from "./toasts.js";

export const media = () => $("#stage video, #stage audio");
export const playerFacts = () => JSON.parse($("#player-data")?.dataset.player ?? "null");

/** Of the film that plays or has played; null before. */
let started = null;
export const isStarted = () => started?.controller.isConnected ?? false;

/** From `at` seconds, or from where it stands; `paused` shows the place and waits. */
export async function play(at, { paused = false } = {}) {
  const element = media();
  if (!element) return;
  if (element.localName === "video") await start();
  if (at !== undefined) await seek(element, at);
  if (!paused) await element.play().catch((error) => error.name === "AbortError" || fail(element, error));
}

function start() {
  const controller = $("#player");
  if (!controller) return;
  if (started?.controller !== controller) started = { controller, ready: makeReady(controller) };
  return started.ready;
}

async function makeReady(controller) {
  const video = $("video", controller);
  const facts = playerFacts();
  addChapters(video, facts.chapters);
  addSprite(video, facts);
  const isStreamed =
    facts.hls !== null && (await attachHls(video, () => playerFacts().hls).catch(() => false));
  if (!isStreamed && facts.hls !== null) video.preload = "metadata";
  try {
    await addControls(controller, facts);
  } catch {
    // The browser's own controls do as well.
    video.controls = true;
  }
  $(".player-cover", controller)?.remove();
}

async function seek(element, seconds) {
  if (element.readyState === 0) {
    element.preload = "metadata";
    await new Promise((resolve) => {
      element.addEventListener("loadedmetadata", resolve, { once: true });
      element.addEventListener("error", resolve, { once: true });
      if (element.networkState === HTMLMediaElement.NETWORK_IDLE && !element.src.startsWith("blob:"))
        element.load();
    });
  }
  element.currentTime = Math.max(0, Math.min(seconds, element.duration || seconds));
}

function fail(element, error) {
  if (error.name === "NotAllowedError") return;
  const why = element.error?.message ? ` (${element.error.message})` : "";
  const help = $("#make") ? ' "Video transcode" below "Make" makes a version that it plays.' : "";
  say(`The browser can't play this${why}.${media().localName === "video" ? help : ""}`);
}

/* ---- What goes with the film ---- */

function addChapters(video, chapters) {
  if (chapters.length === 0) return;
  const track = video.addTextTrack("chapters", "Chapters", "en");
  track.mode = "hidden";
  chapters.forEach(({ startS, endS, title }, n) => {
    track.addCue(new VTTCue(startS, endS, title ?? `Chapter ${n + 1}`));
  });
}

/** media-chrome finds it by its label, and shows its pictures over the seek bar. */
function addSprite(video, { sprite }) {
  if (!sprite || $("track[label=thumbnails]", video)) return;
  addTrack(video, { kind: "metadata", label: "thumbnails", src: sprite, default: true });
}

function addTrack(video, attributes) {
  video.append(Object.assign(document.createElement("track"), attributes));
}

/** What came while the page was open. */
function takeNews() {
  const video = $("#player video");
  const facts = playerFacts();
  if (!video || !facts) return;
  const known = new Set($$("track[kind=subtitles]", video).map((track) => track.getAttribute("src")));
  for (const { src, label, language } of facts.subtitles)
    if (!known.has(src)) addTrack(video, { kind: "subtitles", src, label, srclang: language ?? "" });
  if (started?.controller.contains(video)) addSprite(video, facts);
  document.dispatchEvent(new CustomEvent("player:facts", { detail: facts }));
}

/* ---- The page ---- */

/** The cover takes the place of the browser's controls. */
function cover() {
  const controller = $("#player");
  if (!controller || started?.controller === controller) return;
  $("video", controller).controls = false;
  const left = placeLeft(playerFacts().fileId);
  const resume = $(".player-resume", controller);
  if (!left || !resume) return;
  resume.hidden = false;
  $("[data-play=resume]", resume).textContent = `Go on at ${clock(left)}`;
}

/** `#t=12.3` or `#t=1:05`, as in the address of a media fragment; where that ends does not matter. */
function timeIn(hash) {
  const at = /^#t=(?:npt:)?((?:\d+:){0,2}\d+(?:\.\d+)?)(?:,|$)/.exec(hash)?.[1];
  return at?.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-play]");
  if (button) {
    const left = placeLeft(playerFacts().fileId);
    return void play(button.dataset.play === "start" ? 0 : (left ?? undefined));
  }
  if (event.target.closest?.("#player") && !isStarted()) return void play(placeLeft(playerFacts().fileId));
  const link = event.target.closest?.("a[href*='#t=']");
  const at = link && link.pathname === location.pathname ? timeIn(link.hash) : undefined;
  if (at === undefined || !media() || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  history.replaceState(history.state, "", link.hash);
  void play(at);
  $("#stage").scrollIntoView({ block: "nearest", behavior: "smooth" });
});

/** Forms about the frame that shows: before the film was started that is its poster, which is none of its frames. */
document.addEventListener(
  "submit",
  (event) => {
    const playhead = $("[data-playhead]", event.target);
    if (!playhead) return;
    if (media()?.currentTime > 0 || isStarted()) playhead.value = String(media().currentTime);
    else {
      event.preventDefault();
      event.stopImmediatePropagation();
      say("Play the film to that frame first.");
    }
  },
  true,
);

let savedAt = 0;
document.addEventListener(
  "timeupdate",
  ({ target }) => {
    if (target !== media() || Date.now() - savedAt < 2000) return;
    savedAt = Date.now();
    rememberPlace(playerFacts().fileId, target);
  },
  true,
);
for (const event of ["pause", "ended"])
  document.addEventListener(
    event,
    ({ target }) => target === media() && rememberPlace(playerFacts().fileId, target),
    true,
  );

const data = $("#player-data");
if (data) new MutationObserver(takeNews).observe(data, { attributeFilter: ["data-player"] });
// The stage is drawn anew when the file becomes playable, or ceases to be.
const stage = $("#stage");
if (stage) new MutationObserver(cover).observe(stage, { childList: true });
cover();
function followHash() {
  const at = timeIn(location.hash);
  if (at !== undefined) void play(at, { paused: media()?.paused ?? true });
}
addEventListener("hashchange", followHash);
followHash();
