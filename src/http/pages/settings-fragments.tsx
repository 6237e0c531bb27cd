// What changes by itself on the settings page: what each row does now, and its form when somebody else has changed it.

import { Gauges } from "../../../views/parts/gauges.tsx";
import { isList, SettingForm, SettingNow, type SettingRowProps } from "../../../views/parts/setting-row.tsx";
import type { App } from "../context.ts";
import type { Fragment } from "../live.ts";
import { gaugeFigures } from "./gauges.ts";
import { settingFacts } from "./setting-facts.ts";
import { settingItems } from "./setting-items.ts";

export function settingsFragments(app: App): () => Promise<Fragment[]> {
  const factsNow = settingFacts(app);
  const url = (path: string) => `${app.config.basePath}${path}`;
  return async () => {
    const [items, facts, gauges] = await Promise.all([settingItems(app), factsNow(), gaugeFigures(app)]);
    return [
      { target: "#gauges", swap: "outerMorph", markup: <Gauges gauges={gauges} />, everyMs: 1000 },
      ...items.flatMap((item) => rowFragments({ item, facts, url, ...knownNames(app) })),
    ];
  };
}

function rowFragments(props: SettingRowProps): Fragment[] {
  const { id, version } = props.item;
  const now: Fragment = { target: `#${id}-now`, swap: "outerMorph", markup: <SettingNow {...props} /> };
  if (isList(props.item)) return [now];
  // After the figures, which say whether a form that somebody types in is old.
  return [
    now,
    { target: `#${id}-form`, swap: "outerMorph", markup: <SettingForm {...props} />, stamp: version },
  ];
}

/** What settings may name. Interactive queues make way for nothing. */
export function knownNames({ queue: { catalogue } }: Pick<App, "queue">) {
  return {
    kinds: catalogue.kinds.map(({ name, label, stuckAfterS }) => ({ name, label, stuckAfterS })),
    queues: catalogue.queues.filter((q) => !q.interactive).map(({ name }) => name),
  };
}
