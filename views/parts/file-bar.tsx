// What may be done with a file, in one row: the frequent in sight, the rest in two menus. What is not possible now says why.

import type { FileRow } from "../../src/db/tables/library.ts";
import { bytes } from "../format.ts";
import type { Seer } from "./file-history.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { inPlace } from "./in-place.tsx";

export interface FileAction {
  type: string;
  label: string;
  /** Where it stands: `made`, `failed last time`. */
  note: string;
  isPossible: boolean;
}

interface Props {
  ctx: Seer;
  file: FileRow;
  actions: FileAction[];
  /** Why nothing can be made of it just now. */
  barred: string | null;
  isHeld: boolean;
}

export function FileBar(props: Props) {
  const { ctx, file } = props;
  return (
    <div id="file-bar" class="row file-bar">
      {file.state !== "missing" ? (
        <a class="btn" href={ctx.url(`/api/files/${file.id}/original`)} download={file.name}>
          <Icon name="download" />
          Original <span class="muted">{bytes(file.sizeBytes)}</span>
        </a>
      ) : null}
      {ctx.user?.role === "owner" ? <OwnersActs {...props} /> : null}
    </div>
  );
}

function OwnersActs(props: Props) {
  const { ctx, file, actions } = props;
  const look = actions.find(({ type }) => type === "file-metadata");
  return (
    <>
      {look ? (
        <Act {...props} action={look} class="btn wide-only" icon="shield-check" label="Validate" />
      ) : null}
      <MakeMenu {...props} />
      <a class="btn wide-only" href={ctx.url(`/admin/jobs/new?file=${file.id}`)} data-dialog>
        <Icon name="plus" />
        New job…
      </a>
      <MoreMenu {...props} look={look} />
    </>
  );
}

function MakeMenu(props: Props) {
  const { ctx, file, actions, barred } = props;
  const made = actions.filter(({ type }) => type !== "file-metadata");
  return (
    <details class="more" id="make">
      <summary class="btn">
        <Icon name="refresh-cw" />
        Make
        <Icon name="chevron-down" />
      </summary>
      <div class="menu">
        {barred ? <p class="muted">{barred}</p> : null}
        {file.type === "video" && !barred ? (
          <form class="needs-js" method="post" action={ctx.url(`/files/${file.id}/poster`)} {...inPlace}>
            <input type="hidden" name="at" data-playhead />
            <button type="submit" class="menu-item">
              <span>Poster of the frame that shows</span>
            </button>
          </form>
        ) : null}
        {made.map((action) => (
          <Act {...props} action={action} class="menu-item" label={action.label} note />
        ))}
      </div>
    </details>
  );
}

function MoreMenu({ look, ...props }: Props & { look: FileAction | undefined }) {
  const { ctx, file, isHeld } = props;
  return (
    <details class="more" id="more">
      <summary class="btn" title="More acts" aria-label="More acts">
        <Icon name="ellipsis" />
      </summary>
      <div class="menu">
        {look ? (
          <Act {...props} action={look} class="menu-item narrow-only" icon="shield-check" label="Validate" />
        ) : null}
        <a class="menu-item narrow-only" href={ctx.url(`/admin/jobs/new?file=${file.id}`)} data-dialog>
          <Icon name="plus" />
          New job…
        </a>
        {file.trashedAt || file.state === "missing" ? null : (
          <a
            class="menu-item"
            href={ctx.url(`/libraries/${file.libraryId}/files/move?ids=${file.id}`)}
            data-dialog
          >
            <Icon name="folder" />
            Move to another place…
          </a>
        )}
        {file.trashedAt || isHeld ? null : (
          <a class="menu-item" href={ctx.url(`/admin/quarantine/${file.id}/exclude`)} data-dialog>
            <Icon name="ban" />
            Exclude from processing…
          </a>
        )}
        <a class="menu-item" href={ctx.url(`/admin/jobs?q=${encodeURIComponent(`file:"${file.path}"`)}`)}>
          <Icon name="list-checks" />
          Its jobs in the job list
        </a>
        <button
          class={`menu-item ${file.trashedAt ? "" : "danger"}`}
          type="submit"
          form="act"
          formaction={ctx.url(`/files/${file.id}/${file.trashedAt ? "restore" : "trash"}`)}
        >
          <Icon name={file.trashedAt ? "rotate-ccw" : "trash-2"} />
          {file.trashedAt ? "Restore from the trash" : "Move to trash"}
        </button>
      </div>
    </details>
  );
}

interface ActProps extends Props {
  action: FileAction;
  class: string;
  label: string;
  icon?: IconName;
  /** With where it stands beside the label. */
  note?: boolean;
}

function Act({ ctx, file, action, icon, label, note, barred, ...rest }: ActProps) {
  return (
    <button
      class={rest.class}
      type="submit"
      form="act"
      formaction={ctx.url(`/files/${file.id}/make/${action.type}`)}
      disabled={barred !== null || !action.isPossible}
      title={barred ?? (action.isPossible ? undefined : action.note)}
    >
      {icon ? <Icon name={icon} /> : null}
      <span>{label}</span>
      {note ? <small class="muted">{action.note}</small> : null}
    </button>
  );
}
