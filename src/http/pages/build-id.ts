// Tells one build from another: an open page asks to be loaded anew when the server that it finds again is a later one.

import { version } from "../../runtime/version.ts";
import { assetPath } from "../static.ts";

/** Run from source there is no commit; the scripts' hash changes all the same. */
export function buildId(): string {
  const scripts = assetPath("app.js").split("/")[2] ?? "";
  return [version.version, version.commit?.slice(0, 12), scripts].filter(Boolean).join(" ");
}
