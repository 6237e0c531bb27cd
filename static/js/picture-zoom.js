// The picture of a file's page at full size: zoomed by wheel, pinch and double tap, and dragged about. A key held opens the
// original as every link does.

import { $ } from "./dom.js";
import { vendored } from "./vendored.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#stage a[data-zoom]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  zoom(link).catch(() => location.assign(link.href));
});

async function zoom(link) {
  const [{ default: PhotoSwipe }] = await Promise.all([
    vendored("photoswipe.js"),
    vendored("photoswipe.css"),
  ]);
  const img = $("img", link);
  const box = new PhotoSwipe({
    dataSource: [{ src: link.dataset.full, msrc: img.currentSrc, alt: img.alt, ...sizeOf(link, img) }],
    bgOpacity: 0.96,
    wheelToZoom: true,
    arrowKeys: false,
    showHideAnimationType: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "fade",
    closeTitle: "Close",
    zoomTitle: "Zoom",
    errorMsg: "This picture could not be loaded.",
  });
  box.on("close", () => link.focus({ preventScroll: true }));
  box.init();
}

/** The file's own pixels, upright as the preview shows it. */
function sizeOf(link, { naturalWidth, naturalHeight }) {
  const [a, b] = link.dataset.zoom.split("x").map(Number);
  const long = Math.max(a, b, naturalWidth, naturalHeight);
  const scale = long / Math.max(naturalWidth, naturalHeight, 1);
  return { width: Math.round(naturalWidth * scale), height: Math.round(naturalHeight * scale) };
}
