// Pictures of a grid at full size, one after the other. The library for it is loaded when the first is opened; without
// scripts, or with a key held, the same link leads to the file's page.

import { $, $$, base } from "./dom.js";
import { vendored } from "./vendored.js";

/** The longest side of the preview that every picture has. */
const previewPx = 1440;
/** What browsers show by themselves; of anything else a large copy is made. */
const shownAsIs = /\.(jpe?g|png|webp|avif|gif)$/i;
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

let open = null;

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("#shots .shot[data-type=image] a");
    const opensElsewhere =
      event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
    const isTicking = $("#files")?.hasAttribute("data-ticking");
    if (!link || opensElsewhere || isTicking || !$("img", link)) return;
    event.preventDefault();
    // Also from the one that notes the place for a way back from the file's page.
    event.stopImmediatePropagation();
    show(link.closest(".shot")).catch(() => location.assign(link.href));
  },
  true,
);

async function show(shot) {
  const [{ default: PhotoSwipe }] = await Promise.all([
    vendored("photoswipe.js"),
    vendored("photoswipe.css"),
  ]);
  const all = shots();
  const box = new PhotoSwipe({
    dataSource: all.map(slideOf),
    index: Math.max(0, all.indexOf(shot)),
    bgOpacity: 0.96,
    loop: false,
    wheelToZoom: true,
    showHideAnimationType: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "fade",
    closeTitle: "Close",
    zoomTitle: "Zoom",
    arrowPrevTitle: "Previous",
    arrowNextTitle: "Next",
    errorMsg: "This picture could not be loaded.",
  });
  open = box;
  box.on("uiRegister", () => {
    box.ui.registerElement({
      name: "page-link",
      order: 8,
      isButton: true,
      tagName: "a",
      html: "Details",
      onInit: (element) => {
        element.className += " lightbox-page";
        box.on("change", () => {
          element.href = box.currSlide.data.page;
        });
      },
    });
    box.ui.registerElement({
      name: "caption",
      appendTo: "root",
      onInit: (element) => {
        element.setAttribute("aria-live", "polite");
        box.on("change", () => {
          const { name, at } = box.currSlide.data;
          element.replaceChildren(
            Object.assign(document.createElement("b"), { textContent: name }),
            at ? ` ${dates.format(new Date(at))}` : "",
          );
        });
      },
    });
  });
  // Zoomed in, the picture itself instead of its preview.
  box.on("zoomPanUpdate", ({ slide }) => {
    const { full, sharp } = slide.data;
    const isPreviewEnough = slide.width * slide.currZoomLevel * devicePixelRatio <= previewPx;
    if (!full || sharp || isPreviewEnough || slide.currZoomLevel <= slide.zoomLevels.initial * 1.05) return;
    slide.data.sharp = true;
    const better = new Image();
    better.src = full;
    better.decode().then(
      () => {
        if (slide.content?.element?.tagName === "IMG") slide.content.element.src = full;
      },
      () => {},
    );
  });
  box.on("change", () => more(box));
  box.on("close", () => {
    open = null;
    const last = document.getElementById(box.currSlide?.data.id);
    last?.scrollIntoView({ block: "nearest" });
    $("a", last ?? document.body)?.focus({ preventScroll: true });
    if (history.state?.lightbox) history.back();
  });
  history.pushState({ ...history.state, lightbox: true }, "");
  box.init();
}

addEventListener("popstate", () => open?.close());

/** Near the end of what is loaded, the grid loads on. */
function more(box) {
  const link = $("#shots .shots-more a");
  const isNear = box.currIndex >= box.getNumItems() - 6;
  if (!isNear || !link || link.dataset.asked || link.matches(".htmx-request")) return;
  link.dataset.asked = "1";
  link.click();
}

// What the grid has loaded since, by scrolling or for us.
document.addEventListener("htmx:after:swap", () => {
  const { dataSource } = open?.options ?? {};
  const added = dataSource ? shots().slice(dataSource.length) : [];
  if (added.length === 0) return;
  dataSource.push(...added.map(slideOf));
  open.refreshSlideContent(open.currIndex + 1);
  open.dispatch("change");
});

function shots() {
  return $$("#shots .shot:is([data-type=image], [data-type=video])").filter((one) => $("img", one));
}

function slideOf(shot) {
  const img = $("img", shot);
  const link = $("a", shot);
  const id = shot.id.replace("file-", "");
  const name = img.alt.replace(/^\S+ /, "");
  const [w, h] = [img.width || 4, img.height || 3];
  const [pw, ph] = [Number(img.getAttribute("width")) || w, Number(img.getAttribute("height")) || h];
  // As many pixels as the picture itself has: one can zoom into those, and a small one is not blown up.
  const scale = (Number(shot.dataset.px) || previewPx) / Math.max(pw, ph);
  const about = { id: shot.id, name, at: shot.dataset.at, page: link.href };
  if (shot.dataset.type === "video") return { ...about, html: poster(link, img, name) };
  return {
    ...about,
    src: `${base}/api/files/${id}/preview`,
    msrc: img.currentSrc,
    width: Math.round(pw * scale),
    height: Math.round(ph * scale),
    alt: img.alt,
    full: shownAsIs.test(name)
      ? `${base}/api/files/${id}/original`
      : `${base}/api/files/${id}/transform?w=4096&h=4096&format=webp`,
  };
}

/** A film is watched on its page. */
function poster(link, img, name) {
  const to = document.createElement("a");
  to.className = "lightbox-film";
  to.href = link.href;
  const picture = Object.assign(new Image(), { src: img.src, alt: "" });
  const play = Object.assign(document.createElement("span"), {
    className: "btn btn-primary",
    textContent: `Play ${name}`,
  });
  to.append(picture, play);
  return to.outerHTML;
}
