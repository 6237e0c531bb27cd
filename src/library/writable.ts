// Whether something may be put into a library by people, as a refusal with the reason.

import { access, constants } from "node:fs/promises";
import type { LibraryRow } from "../db/tables/library.ts";
import { Refused } from "../runtime/errors.ts";
import { otherRoot } from "./lost-root.ts";

export async function refuseUnwritable(library: LibraryRow): Promise<void> {
  if (library.readOnly)
    throw new Refused(
      403,
      "library.readonly",
      `${library.name} is a read-only library: nothing is put into it.`,
      { hint: "Its settings can allow it." },
    );
  const rootFault = await otherRoot(library);
  if (rootFault) throw new Refused(409, "library.root", rootFault);
  await access(library.path, constants.W_OK | constants.X_OK).catch(() => {
    throw new Refused(409, "disk.readonly", `${library.path} cannot be written to.`);
  });
}
