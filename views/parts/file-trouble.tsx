// What is the matter with a file, what it means and what to do; nothing while it is well.

import type { FileRow } from "../../src/db/tables/library.ts";
import type { HeldFile } from "../../src/healing/quarantine-list.ts";
import { counted } from "../format.ts";
import type { Seer } from "./file-history.tsx";
import { troubleOf } from "./file-shot.tsx";
import { Release } from "./held-files.tsx";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

export interface TroubleProps {
  ctx: Seer;
  file: FileRow;
  /** Of the file's own trouble. */
  failure: { meaning: string; nextStep: string } | null;
  /** Nothing more is tried on it. */
  held: Omit<HeldFile, "file"> | null;
}

export function FileTrouble({ ctx, file, failure, held }: TroubleProps) {
  const trouble = troubleOf(file);
  const owner = ctx.user?.role === "owner";
  if (!trouble) return <div id="trouble" />;
  return (
    <div id="trouble" class={`banner trouble ${file.trashedAt ? "banner-warn" : "banner-bad"}`}>
      <Icon name={file.trashedAt ? "trash-2" : "triangle-alert"} />
      <div>
        <p>
          <b>{trouble}</b>
          {file.trashedAt ? <Trashed at={file.trashedAt} /> : <Reason file={file} owner={owner} />}
        </p>
        {held ? <Held held={held} file={file} /> : null}
        {failure && !file.trashedAt ? (
          <p>
            {owner && file.reason ? null : `${failure.meaning} `}
            <b>Next:</b> {failure.nextStep}
          </p>
        ) : null}
        {owner ? <Said file={file} /> : null}
        {owner && (held || file.trashedAt) ? (
          <div class="row">
            {held ? (
              <Release fileId={file.id} name={file.name} back={ctx.url(`/files/${file.id}`)} url={ctx.url} />
            ) : null}
            {file.trashedAt ? <Restore ctx={ctx} file={file} /> : null}
          </div>
        ) : null}
      </div>
    </div>
  );
}

function Trashed({ at }: { at: Date }) {
  return (
    <>
      {" since "}
      <When at={at} />. Nothing is made of it; the file on disk is untouched.
    </>
  );
}

function Reason({ file, owner }: { file: FileRow; owner: boolean }) {
  if (file.state !== "missing")
    return (
      <>
        {owner && file.reason ? `: ${file.reason.split("\n")[0]}` : null}{" "}
        {file.reasonCode ? <span class="mono muted">{file.reasonCode}</span> : null}
      </>
    );
  return (
    <>
      {". The last scan did not find it"}
      {file.missingSince ? (
        <>
          {", first noticed "}
          <When at={file.missingSince} />
        </>
      ) : null}
      . Its facts and history are kept; it comes back by itself when it is found again.
    </>
  );
}

function Held({ held, file }: { held: NonNullable<TroubleProps["held"]>; file: FileRow }) {
  return (
    <p>
      {`${held.heldBy ? `Excluded by ${held.heldBy}` : "Held back by the server"} `}
      <When at={held.heldAt} />
      {held.failures > 0 ? ` after ${counted(held.failures, "failure")}` : null}
      {held.code === file.reasonCode ? ". " : `: ${held.reason} `}
      Nothing more is tried on it until somebody releases it, or its content changes.
    </p>
  );
}

/** Word for word: it names folders of the server. */
function Said({ file }: { file: FileRow }) {
  const said = file.state === "missing" ? "" : (file.reason ?? "").split("\n").slice(1).join("\n");
  if (!said) return null;
  return (
    <details id="said">
      <summary>What the tools said</summary>
      <pre tabindex={0}>{said}</pre>
    </details>
  );
}

function Restore({ ctx, file }: { ctx: Seer; file: FileRow }) {
  return (
    <button class="btn btn-small" type="submit" form="act" formaction={ctx.url(`/files/${file.id}/restore`)}>
      <Icon name="rotate-ccw" />
      Restore
    </button>
  );
}
