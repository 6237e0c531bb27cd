// One row of the settings page: what it is for, what it does as it stands now, and its control, or a lock where something
// outside fixes it. What it does and the control travel apart, so that figures move while somebody types.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { SettingView } from "../../src/settings/settings.ts";
import { rangeOf } from "./amounts.ts";
import { Icon } from "./icon.tsx";
import { MediaServers } from "./media-servers.tsx";
import { QuietHours } from "./quiet-hours.tsx";
import { type KnownNames, SettingControl } from "./setting-control.tsx";
import { SettingEffect, type SettingFacts } from "./setting-effect.tsx";
import { inWords, partOf } from "./setting-words.ts";
import { When } from "./when.tsx";

type Shared = Pick<SettingView, "key" | "value" | "default" | "section" | "lockedBy" | "fields">;

export interface SettingItem extends Shared {
  /** Its anchor. */
  id: string;
  label: string;
  help: string;
  /** Of a setting that stands as several rows: the parts that this one changes. */
  parts: string[] | null;
  isDefault: boolean;
  changed: { by: string | null; at: Date } | null;
  /** Another one means that a form shows an old value. */
  version: string;
}

export interface SettingRowProps extends KnownNames {
  item: SettingItem;
  facts: SettingFacts;
  url: PageContext["url"];
}

/** Lists are changed one entry at a time, in a dialog. */
export function isList({ fields }: Pick<SettingItem, "fields">): boolean {
  return fields.some(({ control }) => control === "windows" || control === "servers");
}

export function SettingRow(props: SettingRowProps) {
  const { item } = props;
  const { id, label, help, fields, lockedBy } = item;
  const isWide = isList(item) || fields.some(({ control }) => control === "pairs");
  return (
    <li id={id} class={isWide ? "setting wide" : "setting"} data-setting={item.key}>
      <div class="setting-text">
        <h3>
          <a href={`#${id}`}>{label}</a>
          {lockedBy === null ? null : (
            <span class="badge badge-paused">
              <Icon name="lock" />
              {`set by ${lockedBy}`}
            </span>
          )}
        </h3>
        <p class="muted">{help}</p>
        <SettingNow {...props} />
      </div>
      {isList(item) ? null : <SettingForm {...props} />}
      <p class="save-state" data-save-state={id} role="status" />
    </li>
  );
}

/** What it does now. Carries what holds by now, for a form that somebody is typing in. */
export function SettingNow({ item, facts, url }: SettingRowProps) {
  const { id, value, fields, lockedBy, changed } = item;
  return (
    <div
      id={`${id}-now`}
      data-version={item.version}
      data-by={changed?.by ?? ""}
      data-words={isList(item) ? "" : inWords(value, fields)}
    >
      <SettingEffect id={id} value={value} facts={facts} url={url} />
      {lockedBy === null ? null : (
        <p class="muted small">{`It is fixed outside this page: change or remove ${lockedBy}, then restart Sprocket.`}</p>
      )}
      {id === "quietHours" ? <QuietHours week={facts.week} url={url} /> : null}
      {id === "mediaServers" ? (
        <MediaServers
          servers={partOf(value, fields[0]!) as never}
          states={facts.yielding.servers}
          url={url}
        />
      ) : null}
      <Differs item={item} />
    </div>
  );
}

/** Only where it is another value than the default. */
function Differs({ item }: { item: SettingItem }) {
  if (item.isDefault || isList(item)) return null;
  return (
    <p class="muted small">
      {`Default: ${inWords(item.default, item.fields)}.`}
      {item.changed && item.parts === null ? (
        <>
          {` Changed ${item.changed.by ? `by ${item.changed.by} ` : ""}`}
          <When at={item.changed.at} />.
        </>
      ) : null}
    </p>
  );
}

/** `refusal`: why the change just asked for was not made. */
export function SettingForm({ item, url, refusal, ...known }: SettingRowProps & { refusal?: string }) {
  const { id, key, label, fields, parts } = item;
  const isLocked = item.lockedBy !== null;
  const ranges = fields.map(rangeOf);
  return (
    <form
      id={`${id}-form`}
      method="post"
      action={url(`/admin/settings/${key}`)}
      data-at-once={id}
      data-version={item.version}
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
      hx-sync="queue last"
    >
      <fieldset disabled={isLocked} class="stack-tight">
        <legend class="sr-only">{label}</legend>
        {parts ? <input type="hidden" name="parts" value={parts.join(",")} /> : null}
        {fields.map((field, i) => (
          <SettingControl
            id={id}
            field={field}
            value={partOf(item.value, field)}
            isOnly={fields.length === 1}
            range={ranges[i] === ranges[i + 1] ? null : ranges[i]!}
            {...known}
          />
        ))}
        <div class="row">
          <button type="submit" class="btn btn-small without-js">
            Save
          </button>
          {item.isDefault || isLocked ? null : (
            <button type="submit" class="btn btn-small btn-quiet" name="restore" value="1" formnovalidate>
              <Icon name="rotate-ccw" />
              Back to the default
            </button>
          )}
        </div>
      </fieldset>
      <p class="error" id={`${id}-refusal`} data-refusal role="alert">
        {refusal}
      </p>
      <p class="meanwhile" data-meanwhile role="status" />
    </form>
  );
}
