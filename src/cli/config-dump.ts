// `sprocket config dump`.

import { describeConfig, type Flags, readConfig } from "../runtime/config.ts";
import { columns } from "./columns.ts";

export function configDump({ json }: { json?: boolean }, flags: Flags): number {
  const values = describeConfig(readConfig(flags));
  if (json) console.log(JSON.stringify(values, null, 2));
  else console.log(columns(values.map(({ key, value, source }) => [key, inText(value), source])));
  return 0;
}

function inText(value: unknown): string {
  return Array.isArray(value) ? value.join(":") || "-" : String(value ?? "") || "-";
}
