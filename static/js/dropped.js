// Files and whole folders that are dropped anywhere on the page. Of a folder only media are taken, with the folders they lie in.

/** `take` gets `{ file, folder }` of each; `cover` is shown while something is held above the page. */
export function dropped(cover, { folder, accepts }, take) {
  const extensions = accepts.split(",");
  let depth = 0;
  const show = (by) => {
    depth = Math.max(0, depth + by);
    cover.hidden = depth === 0;
  };
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => holdsFiles(event) && show(1));
  addEventListener("dragleave", (event) => holdsFiles(event) && show(-1));
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(0);
    // Asked for before the first wait: the list is empty after it.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const found = [];
    for (const entry of entries) await collect(entry, folder, found, entry.isFile ? null : extensions);
    take(found);
  });
}

async function collect(entry, folder, found, extensions) {
  if (entry.isFile) {
    const isMedia = extensions === null || extensions.some((end) => entry.name.toLowerCase().endsWith(end));
    if (!isMedia || (extensions && entry.name.startsWith("."))) return;
    found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), folder });
    return;
  }
  const below = folder ? `${folder}/${entry.name}` : entry.name;
  const reader = entry.createReader();
  // A browser gives so many at a time.
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await collect(one, below, found, extensions);
  }
}
