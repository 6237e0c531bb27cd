// What build this is. `build.ts` stamps the four constants; a run from source says so.

declare const SPROCKET_BUILD: { commit: string; builtAt: string; dirty: boolean } | undefined;

import manifest from "../../package.json" with { type: "json" };

const stamp = typeof SPROCKET_BUILD === "undefined" ? undefined : SPROCKET_BUILD;

export interface Version {
  version: string;
  /** Git commit, or null when run from source without a build. */
  commit: string | null;
  builtAt: string | null;
  /** True when the working tree had changes that were not committed. */
  dirty: boolean;
}

export const version: Version = {
  version: manifest.version,
  commit: stamp?.commit ?? null,
  builtAt: stamp?.builtAt ?? null,
  dirty: stamp?.dirty ?? false,
};

/** True inside the compiled executable. */
export const isCompiled = stamp !== undefined;
