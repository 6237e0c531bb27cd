// Uploads into the library and folder of the page: files and folders that are dropped or chosen, two at a time, each with its
// progress. One that was cut off, by a reload as well, goes on when the same file is given again.

import { $, $$ } from "./dom.js";
import { dropped } from "./dropped.js";
import { vendored } from "./vendored.js";

const place = $("#upload");
const card = $(".upload-card", place);
const list = $(".upload-list", place);
const all = new Map();
const atOnce = 2;
/** Proxies refuse requests that are larger than they like. */
const pieceBytes = 16 * 1024 * 1024;
const ended = ["added", "identical", "failed", "cancelled"];

const isOf =
  (...states) =>
  (one) =>
    states.includes(one.state);
const these = (...states) => [...all.values()].filter(isOf(...states));

function add({ file, folder }) {
  const row = $("#upload-row").content.firstElementChild.cloneNode(true);
  const one = { file, folder, row, state: "waiting", sent: 0, note: "" };
  all.set(row, one);
  $("[data-name]", row).textContent = folder === place.dataset.folder ? file.name : `${folder}/${file.name}`;
  list.append(row);
  tell(one);
}

async function begin(files) {
  for (const one of files) add(one);
  card.hidden = files.length === 0 && all.size === 0;
  await next();
}

async function next() {
  for (const one of these("waiting").slice(0, Math.max(0, atOnce - these("sending").length))) await send(one);
  sum();
}

async function send(one) {
  one.state = "sending";
  tell(one);
  await vendored("tus.js");
  one.upload ??= new window.tus.Upload(one.file, {
    endpoint: place.dataset.endpoint,
    chunkSize: pieceBytes,
    retryDelays: [0, 1000, 3000, 5000, 10_000, 20_000, 30_000, 60_000],
    removeFingerprintOnSuccess: true,
    fingerprint: async ({ name, size, lastModified }, { endpoint }) =>
      ["sprocket", endpoint, one.folder, name, size, lastModified].join("|"),
    metadata: {
      filename: one.file.name,
      filetype: one.file.type,
      folder: one.folder,
      lastModified: String(one.file.lastModified),
    },
    onProgress(sent) {
      one.sent = sent;
      tell(one);
      sum();
    },
    onSuccess: () => void arrived(one),
    onError: (error) => end(one, "failed", wordsOf(error)),
  });
  if (!one.upload.url) {
    const [before] = await one.upload.findPreviousUploads();
    if (before) one.upload.resumeFromPreviousUpload(before);
  }
  // Somebody may have changed their mind meanwhile.
  if (one.state === "sending") one.upload.start();
}

/** It has come; whether it stands in the library is asked of the server, which may have to copy it to another disk. */
async function arrived(one) {
  one.state = "placing";
  tell(one);
  for (;;) {
    const answer = await fetch(one.upload.url, { headers: { accept: "application/json" } }).catch(() => null);
    const now = answer?.ok ? await answer.json() : null;
    if (now?.state === "added") return end(one, "added", placedAs(one, now.path));
    if (now?.state === "identical")
      return end(one, "identical", `the same file is there already: ${now.path}`);
    if (now?.state === "failed") return end(one, "failed", now.message);
    if (answer?.status === 404) return end(one, "added");
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

/** Nothing is written over: where its name was taken, it has got another. */
function placedAs({ file }, path) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === file.name.normalize() ? "" : `as ${name}`;
}

function end(one, state, note = "") {
  if (ended.includes(one.state)) return;
  Object.assign(one, { state, note });
  tell(one);
  void next();
}

function wordsOf(error) {
  const response = error.originalResponse;
  if (!response) return "the server cannot be reached; choose the file again to go on";
  try {
    const { detail, hint } = JSON.parse(response.getBody());
    return [detail, hint].filter(Boolean).join(" ");
  } catch {
    return `the server answered ${response.getStatus()}`;
  }
}

const acts = {
  pause(one) {
    if (!isOf("waiting", "sending")(one)) return;
    one.state = "paused";
    void one.upload?.abort();
  },
  resume(one) {
    if (one.state === "paused") one.state = "waiting";
  },
  cancel(one) {
    if (!isOf("waiting", "sending", "paused")(one)) return;
    one.state = "cancelled";
    void one.upload?.abort(true).catch(() => {});
  },
};

function act(name, some) {
  for (const one of some) {
    acts[name](one);
    tell(one);
  }
  void next();
}

const words = {
  waiting: "waiting",
  sending: "",
  paused: "paused",
  placing: "being put into the library",
  added: "in the library",
  identical: "",
  failed: "",
  cancelled: "cancelled",
};

function tell({ row, state, sent, file, note }) {
  row.dataset.state = state;
  const share = file.size > 0 ? sent / file.size : 0;
  const isOver = ended.includes(state);
  const progress = isOf("sending", "paused")({ state })
    ? `${bytes(sent)} of ${bytes(file.size)} `
    : `${bytes(file.size)} `;
  $("[data-state]", row).textContent = [progress.trim(), words[state], note].filter(Boolean).join(" · ");
  const bar = $("progress", row);
  bar.hidden = isOver;
  bar.value = share * 100;
  bar.setAttribute("aria-label", file.name);
  $("[data-act=pause]", row).hidden = !isOf("waiting", "sending")({ state });
  $("[data-act=resume]", row).hidden = state !== "paused";
  $("[data-act=cancel]", row).hidden = isOver || state === "placing";
}

function sum() {
  const some = [...all.values()].filter((one) => one.state !== "cancelled");
  const open = some.filter((one) => !ended.includes(one.state));
  const size = some.reduce((n, one) => n + one.file.size, 0);
  const sent = some.reduce((n, one) => n + (ended.includes(one.state) ? one.file.size : one.sent), 0);
  const added = these("added").length;
  const failed = these("failed").length;
  const isPaused = open.length > 0 && open.every(isOf("paused"));
  $("[data-upload-title]", card).textContent =
    open.length > 0
      ? `${isPaused ? "Paused" : "Uploading"}: ${open.length} of ${files(some.length)} to go`
      : [
          added > 0 && `${files(added)} in the library`,
          failed > 0 && `${files(failed)} not`,
          these("identical").length > 0 && `${files(these("identical").length)} there already`,
        ]
          .filter(Boolean)
          .join(", ") || "Nothing was uploaded";
  $("[data-upload-rest]", card).textContent = open.length > 0 ? `${bytes(sent)} of ${bytes(size)}` : "";
  $("[data-upload-sum]", card).value = size > 0 ? (100 * sent) / size : 0;
  $("[data-upload-sum]", card).hidden = open.length === 0;
  const shown = {
    pause: open.some(isOf("waiting", "sending")),
    resume: isPaused,
    cancel: open.length > 0,
    close: open.length === 0,
  };
  for (const button of $$("[data-upload-all]", card)) button.hidden = !shown[button.dataset.uploadAll];
  $("[data-upload-show]", card).hidden = open.length > 0 || added === 0;
}

const files = (n) => (n === 1 ? "1 file" : `${n} files`);

function bytes(n) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; n >= 1000 && unit < 4; unit++) n /= 1000;
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

if (place) {
  $("[data-upload-show]", card).href = location.href;
  $("#upload-files").addEventListener("change", ({ target }) => {
    void begin([...target.files].map((file) => ({ file, folder: place.dataset.folder })));
    target.value = "";
  });
  $("#upload-button")?.addEventListener("click", () => $("#upload-files").click());
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-act]");
    if (button) act(button.dataset.act, [all.get(button.closest("li"))]);
  });
  card.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-upload-all]")?.dataset.uploadAll;
    if (name === "close") {
      all.clear();
      list.replaceChildren();
      card.hidden = true;
    } else if (name) act(name, [...all.values()]);
  });
  addEventListener("beforeunload", (event) => {
    if (these("sending", "waiting").length > 0) event.preventDefault();
  });
  dropped($(".upload-drop", place), place.dataset, (some) => void begin(some));
}
