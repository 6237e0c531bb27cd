// Real media beside the checkout, where it exists: a user's clone has none, and its tests skip.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../shared/fixtures", import.meta.url));

/** The folder with `media` and `models`, or undefined. */
export const fixtures: string | undefined = existsSync(folder) ? folder : undefined;
