// Others' scripts and styles, loaded when they are first used. The page says where they are (`<meta name="vendor:…">`), so
// that it decides what it may use and each keeps the address with its own hash.

const loads = new Map();

/** A script's exports (a classic one leaves its global instead: `window.L`), or nothing once a style sheet is in. */
export function vendored(name) {
  if (!loads.has(name)) loads.set(name, load(name));
  return loads.get(name);
}

/** Of this page's answer, for style elements that others' scripts make. */
export const styleNonce = document.querySelector("meta[name=style-nonce]")?.content ?? "";

async function load(name) {
  const url = document.querySelector(`meta[name="vendor:${name}"]`)?.content;
  if (!url) throw new Error(`The page does not name ${name}.`);
  try {
    return await (name.endsWith(".css") ? addStyles(url) : import(url));
  } catch (error) {
    // The next use tries again.
    loads.delete(name);
    throw error;
  }
}

function addStyles(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = reject;
    document.head.append(link);
  });
}
