// `sprocket version`.

import { version } from "../runtime/version.ts";

export function printVersion({ json }: { json?: boolean }): number {
  if (json)
    console.log(
      JSON.stringify({ ...version, bun: Bun.version, platform: process.platform, arch: process.arch }),
    );
  else {
    const built = version.commit
      ? `commit ${version.commit}${version.dirty ? " with local changes" : ""}, built ${version.builtAt}`
      : "run from source";
    console.log(`Sprocket ${version.version} (${built})`);
  }
  return 0;
}
