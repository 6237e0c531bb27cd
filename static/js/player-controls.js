// The player's controls: media-chrome's elements in our order and colours, with marks of moments over its seek bar.

import { styleNonce, vendored } from "./vendored.js";

export async function addControls(controller, facts) {
  await loadMediaChrome();
  controller.insertAdjacentHTML("beforeend", markup);
  showMarks(controller, facts);
}

/**
 * Its elements bring their styles as `<style>` in shadow roots, which our content policy lets in only with the answer's
 * nonce: each element's template gets it while the elements are defined.
 */
async function loadMediaChrome() {
  const define = customElements.define;
  customElements.define = (name, element, options) => {
    const template = Object.hasOwn(element, "getTemplateHTML") && element.getTemplateHTML;
    if (template)
      element.getTemplateHTML = function (...given) {
        return template
          .apply(this, given)
          .replace(/<style(?=[ >])(?! nonce)/g, `<style nonce="${styleNonce}"`);
      };
    return define.call(customElements, name, element, options);
  };
  try {
    await vendored("media-chrome.js");
  } finally {
    customElements.define = define;
  }
}

const markup = `
  <media-loading-indicator slot="centered-chrome" noautohide></media-loading-indicator>
  <media-error-dialog slot="dialog"></media-error-dialog>
  <media-settings-menu hidden anchor="auto">
    <media-settings-menu-item>
      Speed
      <media-playback-rate-menu slot="submenu" hidden rates="0.25 0.5 0.75 1 1.25 1.5 2">
        <div slot="title">Speed</div>
      </media-playback-rate-menu>
    </media-settings-menu-item>
    <media-settings-menu-item class="for-quality">
      Quality
      <media-rendition-menu slot="submenu" hidden><div slot="title">Quality</div></media-rendition-menu>
    </media-settings-menu-item>
    <media-settings-menu-item class="for-sound">
      Sound
      <media-audio-track-menu slot="submenu" hidden><div slot="title">Sound</div></media-audio-track-menu>
    </media-settings-menu-item>
    <media-settings-menu-item class="for-subtitles">
      Subtitles
      <media-captions-menu slot="submenu" hidden><div slot="title">Subtitles</div></media-captions-menu>
    </media-settings-menu-item>
  </media-settings-menu>
  <div class="player-seek">
    <media-time-range></media-time-range>
    <div class="player-marks" aria-hidden="true"></div>
  </div>
  <media-control-bar>
    <media-play-button notooltip></media-play-button>
    <media-mute-button notooltip></media-mute-button>
    <media-volume-range></media-volume-range>
    <media-time-display showduration notoggle></media-time-display>
    <span class="player-gap"></span>
    <media-captions-button notooltip></media-captions-button>
    <media-settings-menu-button notooltip></media-settings-menu-button>
    <media-pip-button notooltip></media-pip-button>
    <media-fullscreen-button notooltip></media-fullscreen-button>
  </media-control-bar>`;

function showMarks(controller, { durationS, moments }) {
  const marks = controller.querySelector(".player-marks");
  if (!marks || !durationS) return;
  marks.replaceChildren(
    ...moments.map(({ startMs, endMs, title }) => {
      const mark = Object.assign(document.createElement("i"), { title });
      mark.style.insetInlineStart = `${(startMs / 10 / durationS).toFixed(3)}%`;
      mark.style.inlineSize = `${((endMs - startMs) / 10 / durationS).toFixed(3)}%`;
      return mark;
    }),
  );
}

document.addEventListener("player:facts", ({ detail }) => {
  const controller = document.getElementById("player");
  if (controller) showMarks(controller, detail);
});
