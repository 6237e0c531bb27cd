// The last scan of a library went wrong: what that means, and what to do. Owners read where; members, that somebody must look.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { ScanTrouble } from "../../src/http/pages/last-scan.ts";
import type { Seer } from "./file-history.tsx";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

interface Props {
  ctx: Seer;
  library: LibraryRow;
  trouble: ScanTrouble | null;
}

export function ScanTroubleNote({ ctx, library, trouble }: Props) {
  if (!trouble) return <div id="scan-trouble" hidden />;
  const owner = ctx.user?.role === "owner";
  return (
    <div id="scan-trouble" class="banner banner-warn">
      <Icon name="triangle-alert" />
      <div>
        <p>
          <b>{owner ? "The last scan failed" : "This library cannot be looked through just now"}</b>{" "}
          <When at={trouble.at} />
          {owner ? `: ${trouble.message.split("\n")[0]}` : ". What is shown may be old."}
        </p>
        {owner ? (
          <p>
            {"What is known of its files is kept. "}
            {trouble.nextStep ? (
              <>
                <b>Next:</b> {trouble.nextStep}{" "}
              </>
            ) : null}
            <a href={ctx.url(`/admin/jobs/${trouble.jobId}`)}>{`Job ${trouble.jobId}`}</a>
          </p>
        ) : null}
        {owner ? (
          <button
            class="btn btn-small"
            type="submit"
            form="act"
            formaction={ctx.url(`/libraries/${library.id}/scan`)}
          >
            <Icon name="refresh-cw" />
            Scan again
          </button>
        ) : null}
      </div>
    </div>
  );
}
