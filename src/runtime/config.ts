// What this process was told, once at its start: flag, else environment, else sprocket.toml, else default.
// The only reader of process.env. Anything wrong is a `CannotStart` of one line; nothing is ignored silently.

import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parse } from "smol-toml";
import { CannotStart } from "./cannot-start.ts";
import { type ConfigKey, type ConfigKeyName, configKeys } from "./config-keys.ts";
import type { LogLevel } from "./log.ts";
import { nearest } from "./nearest.ts";

export type ConfigSource = "flag" | "environment" | "file" | "default";

export interface Config {
  /** Absolute. */
  dataFolder: string;
  host: string;
  port: number;
  /** "" or `/sprocket`: no slash at its end. */
  basePath: string;
  role: "all";
  /** Folders to offer as libraries; absolute. */
  media: string[];
  ffmpeg: string | undefined;
  ffprobe: string | undefined;
  log: "text" | "json";
  logLevel: LogLevel;
  imagePrewarm: boolean;
  trustedProxies: string[];
  ownerEmail: string | undefined;
  ownerPassword: string | undefined;
  sources: Record<ConfigKeyName, ConfigSource>;
  /** The `sprocket.toml` that was read. */
  file: string | undefined;
}

/** Values of flags by the key's name, and `config`: the toml file to read instead of looking for one. */
export type Flags = Partial<Record<ConfigKeyName | "config", string>>;
export type Environment = Record<string, string | undefined>;

interface Found {
  source: ConfigSource;
  /** As the user wrote it: `SPROCKET_PORT`, `--port`, `port in /etc/sprocket.toml`. */
  name: string;
  raw: unknown;
  /** Paths in a toml file are relative to it. */
  relativeTo: string;
}

const keys = configKeys as Record<ConfigKeyName, ConfigKey>;
const keyNames = Object.keys(keys) as ConfigKeyName[];
const pathKeys: ConfigKeyName[] = ["dataFolder", "ffmpeg", "ffprobe", "media"];

export function readConfig(
  flags: Flags,
  env: Environment = process.env,
  cwd: string = process.cwd(),
): Config {
  refuseUnknownEnvironment(env);
  const told = (key: ConfigKeyName) => fromFlag(key, flags, cwd) ?? fromEnvironment(key, env, cwd);
  const dataFolder = checkedValue(
    "dataFolder",
    told("dataFolder") ?? fromDefault("dataFolder", cwd),
  ) as string;
  const file = findFile(flags.config, dataFolder, cwd);
  const table = file ? readFile(file) : {};
  if (file === join(dataFolder, "sprocket.toml") && "data" in table)
    throw new CannotStart(
      `data in ${file} would move the data folder it lies in; remove it, or keep the file elsewhere.`,
      2,
    );

  const values: Partial<Record<ConfigKeyName, unknown>> = {};
  const sources = {} as Config["sources"];
  for (const key of keyNames) {
    const found = [
      fromFlag(key, flags, cwd),
      fromEnvironment(key, env, cwd),
      fromTable(key, table, file),
      fromDefault(key, cwd),
    ].filter((one) => one !== undefined);
    // All of them are checked: a bad value is a mistake even where another one beats it.
    const checked = found.map((one) => checkedValue(key, one));
    sources[key] = found[0]!.source;
    values[key] = checked[0];
  }
  if ((values.ownerEmail === undefined) !== (values.ownerPassword === undefined))
    throw new CannotStart(
      "SPROCKET_OWNER_EMAIL and SPROCKET_OWNER_PASSWORD belong together; set both or neither.",
      2,
    );
  return { ...(values as unknown as Config), sources, file };
}

/** For people to read: every key with its value and where it comes from; secrets are masked. */
export function describeConfig(config: Config): { key: string; value: unknown; source: ConfigSource }[] {
  return keyNames
    .filter((key) => key in config && !(config.sources[key] === "default" && keys[key].default === undefined))
    .map((key) => {
      const value = config[key as keyof Config];
      return {
        key: keys[key].env,
        value: keys[key].secret && value ? "********" : value,
        source: config.sources[key],
      };
    });
}

function fromFlag(key: ConfigKeyName, flags: Flags, cwd: string): Found | undefined {
  const raw = flags[key];
  if (raw === undefined) return undefined;
  return { source: "flag", name: `--${keys[key].toml.replaceAll("_", "-")}`, raw, relativeTo: cwd };
}

function fromEnvironment(key: ConfigKeyName, env: Environment, cwd: string): Found | undefined {
  const name = keys[key].env;
  const fileName = `${name}_FILE`;
  // Compose files pass variables that are set to nothing: those count as unset.
  const raw = env[name] || undefined;
  const path = name.startsWith("SPROCKET_") ? env[fileName] || undefined : undefined;
  if (path === undefined)
    return raw === undefined ? undefined : { source: "environment", name, raw, relativeTo: cwd };
  if (raw !== undefined) throw new CannotStart(`${name} and ${fileName} are both set; keep one of them.`, 2);
  try {
    const text = readFileSync(resolve(cwd, path), "utf8").replace(/\r?\n$/, "");
    return { source: "environment", name: fileName, raw: text, relativeTo: cwd };
  } catch (error) {
    throw new CannotStart(`${fileName} names ${path}, which cannot be read (${reason(error)}).`, 2);
  }
}

function fromTable(
  key: ConfigKeyName,
  table: Record<string, unknown>,
  file: string | undefined,
): Found | undefined {
  const raw = table[keys[key].toml];
  if (raw === undefined || !file) return undefined;
  return { source: "file", name: `${keys[key].toml} in ${file}`, raw, relativeTo: dirname(file) };
}

function fromDefault(key: ConfigKeyName, cwd: string): Found {
  return { source: "default", name: keys[key].env, raw: keys[key].default, relativeTo: cwd };
}

function checkedValue(key: ConfigKeyName, found: Found): unknown {
  if (found.source === "default" && !pathKeys.includes(key)) return found.raw;
  if (found.raw === undefined) return undefined;
  const parsed = keys[key].schema.safeParse(found.raw);
  if (!parsed.success) {
    const shown = keys[key].secret ? "" : `=${JSON.stringify(found.raw)}`;
    throw new CannotStart(`${found.name}${shown} is not right: it must be ${keys[key].mustBe}.`, 2);
  }
  const refusal = keys[key].refuses?.(parsed.data);
  if (refusal) throw new CannotStart(`${found.name}: ${refusal}.`, 2);
  return pathKeys.includes(key)
    ? absolute(parsed.data as string | string[], key, found.relativeTo)
    : parsed.data;
}

function absolute(value: string | string[], key: ConfigKeyName, base: string): string | string[] {
  if (Array.isArray(value)) return value.map((v) => resolve(base, v));
  // `ffmpeg` alone is a name to look up on the PATH.
  if (key !== "dataFolder" && !value.includes("/")) return value;
  return isAbsolute(value) ? resolve(value) : resolve(base, value);
}

function findFile(asked: string | undefined, dataFolder: string, cwd: string): string | undefined {
  if (asked !== undefined) {
    const file = resolve(cwd, asked);
    if (!existsSync(file)) throw new CannotStart(`--config names ${file}, which does not exist.`, 2);
    return file;
  }
  const [here, inData] = [join(cwd, "sprocket.toml"), join(dataFolder, "sprocket.toml")];
  if (existsSync(here) && existsSync(inData) && here !== inData)
    throw new CannotStart(`Both ${here} and ${inData} exist; keep one, or choose with --config.`, 2);
  return [inData, here].find((file) => existsSync(file));
}

function readFile(file: string): Record<string, unknown> {
  let table: Record<string, unknown>;
  try {
    table = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CannotStart(`${file} cannot be read: ${reason(error)}.`, 2);
  }
  const known = keyNames.map((key) => keys[key].toml);
  for (const key of Object.keys(table)) {
    if (!known.includes(key))
      throw new CannotStart(`Unknown key ${key} in ${file}${didYouMean(key, known)}`, 2);
  }
  return table;
}

function refuseUnknownEnvironment(env: Environment): void {
  const known = keyNames.map((key) => keys[key].env).filter((name) => name.startsWith("SPROCKET_"));
  for (const name of Object.keys(env)) {
    if (!name.startsWith("SPROCKET_") || known.includes(name) || known.includes(name.replace(/_FILE$/, "")))
      continue;
    const refusal = name.startsWith("SPROCKET_OIDC_") ? configKeys.oidcIssuer.refuses() : undefined;
    if (refusal) throw new CannotStart(`${name}: ${refusal}.`, 2);
    throw new CannotStart(`Unknown key ${name} in the environment${didYouMean(name, known)}`, 2);
  }
}

function didYouMean(word: string, known: string[]): string {
  const near = nearest(word, known);
  return near ? `; did you mean ${near}?` : "; `sprocket serve --help` lists them all.";
}

function reason(error: unknown): string {
  return (error as Error).message.split("\n")[0]!.replace(/\.$/, "");
}
