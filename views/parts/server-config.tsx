// What the process was told at its start: each key with its value and where it comes from. Nothing of it can be changed
// here, and the row says where it can.

import { Icon } from "./icon.tsx";

export interface ConfigLine {
  /** `SPROCKET_PORT`. */
  key: string;
  value: string;
  source: "flag" | "environment" | "file" | "default";
}

export function ServerConfig({ lines, file }: { lines: ConfigLine[]; file: string | undefined }) {
  return (
    <table class="table cards config">
      <caption class="sr-only">Configuration of the server process</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Value</th>
          <th scope="col">Set by</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ key, value, source }) => (
          <tr>
            <th scope="row">
              <code>{key}</code>
            </th>
            <td data-label="Value" class="break">
              {value === "" ? <span class="muted">empty</span> : <code>{value}</code>}
            </td>
            <td data-label="Set by">
              {source === "default" ? (
                <span class="muted">nobody: the default</span>
              ) : (
                <span class="badge badge-paused">
                  <Icon name="lock" />
                  {source === "file"
                    ? (file ?? "the file")
                    : source === "flag"
                      ? "a flag"
                      : "the environment"}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
