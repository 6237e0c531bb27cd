// Every configuration key once: its names outside, what it may be, its default, and what `--help` says about it.

import { z } from "zod";
import { emailAddress } from "./email-address.ts";

export interface ConfigKey {
  /** The environment's name; with `_FILE` behind it, the value comes from that file. */
  env: string;
  /** In `sprocket.toml`; also the flag, with dashes. Keys without `argument` have no flag. */
  toml: string;
  argument?: string;
  help: string;
  schema: z.ZodType;
  /** Completes "SPROCKET_PORT must be …". */
  mustBe: string;
  default?: unknown;
  secret?: boolean;
  /** Why this value cannot be had in this version. */
  refuses?(value: unknown): string | undefined;
}

const text = z.string().min(1);
const oneOf = (...values: [string, ...string[]]) => z.enum(values);
const list = (separator: RegExp) =>
  z.union([
    z.array(text),
    text.transform((s) =>
      s
        .split(separator)
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  ]);
const notYet = (what: string) => () => `${what} with a later version of Sprocket; remove it`;
const oidc = { schema: text, mustBe: "text", refuses: notYet("sign-in by OpenID Connect comes") };

export const configKeys = {
  dataFolder: {
    env: "SPROCKET_DATA",
    toml: "data",
    argument: "<folder>",
    help: "where Sprocket keeps its database and everything it makes",
    schema: text,
    mustBe: "a folder",
    default: "./data",
  },
  host: {
    env: "SPROCKET_HOST",
    toml: "host",
    argument: "<address>",
    help: "address to listen on; 0.0.0.0 for every network",
    schema: z.string().regex(/^[\w.:-]+$/),
    mustBe: "an IP address or a host name",
    default: "127.0.0.1",
  },
  port: {
    env: "SPROCKET_PORT",
    toml: "port",
    argument: "<number>",
    help: "port to listen on; 0 takes any free one",
    schema: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().min(0).max(65535)),
    mustBe: "a port number from 0 to 65535",
    default: 8420,
  },
  basePath: {
    env: "SPROCKET_BASE_PATH",
    toml: "base_path",
    argument: "<path>",
    help: "path under which a reverse proxy serves Sprocket, such as /sprocket",
    schema: z
      .string()
      .regex(/^\/[\w./~-]*$/)
      .refine((path) => !path.includes("//") && !path.split("/").includes(".."))
      .transform((path) => path.replace(/\/+$/, "")),
    mustBe: "a path that begins with /, such as /sprocket",
    default: "",
  },
  role: {
    env: "SPROCKET_ROLE",
    toml: "role",
    argument: "<role>",
    help: "all: serve pages and run jobs",
    schema: oneOf("all", "server", "worker"),
    mustBe: "all, server or worker",
    default: "all",
    refuses: (role) =>
      role === "all"
        ? undefined
        : "separate servers and workers need PostgreSQL, which comes with a later version of Sprocket; use all",
  },
  media: {
    env: "SPROCKET_MEDIA",
    toml: "media",
    argument: "<folders>",
    help: "folders to offer as libraries, with : between them",
    // A comma too, where an absolute path follows: everybody tries it.
    schema: list(/[:\n]|,(?=\s*\/)/),
    mustBe: "folders with : between them",
    default: [],
  },
  ffmpeg: {
    env: "SPROCKET_FFMPEG",
    toml: "ffmpeg",
    argument: "<path>",
    help: "the ffmpeg to use; by default the one on the PATH",
    schema: text,
    mustBe: "the path of a program",
  },
  ffprobe: {
    env: "SPROCKET_FFPROBE",
    toml: "ffprobe",
    argument: "<path>",
    help: "the ffprobe to use; by default the one on the PATH",
    schema: text,
    mustBe: "the path of a program",
  },
  log: {
    env: "SPROCKET_LOG",
    toml: "log",
    argument: "<form>",
    help: "form of the log: text or json",
    schema: oneOf("text", "json"),
    mustBe: "text or json",
    default: "text",
  },
  logLevel: {
    env: "SPROCKET_LOG_LEVEL",
    toml: "log_level",
    argument: "<level>",
    help: "least level to log: debug, info, warn or error",
    schema: oneOf("debug", "info", "warn", "error"),
    mustBe: "debug, info, warn or error",
    default: "info",
  },
  imagePrewarm: {
    env: "SPROCKET_IMAGE_PREWARM",
    toml: "image_prewarm",
    help: "make every standard size of each image in advance",
    schema: z.union([
      z.boolean(),
      oneOf("true", "false", "1", "0", "yes", "no", "on", "off").transform((s) =>
        /^(true|1|yes|on)$/.test(s),
      ),
    ]),
    mustBe: "true or false",
    default: true,
  },
  trustedProxies: {
    env: "SPROCKET_TRUSTED_PROXIES",
    toml: "trusted_proxies",
    argument: "<addresses>",
    help: "reverse proxies whose X-Forwarded headers count: addresses or CIDR ranges, with commas",
    schema: list(/[,\s]+/).pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))),
    mustBe: "IP addresses or CIDR ranges with commas between them, such as 10.0.0.0/8",
    default: [],
  },
  ownerEmail: {
    env: "SPROCKET_OWNER_EMAIL",
    toml: "owner_email",
    help: "e-mail of the owner that the first start creates",
    schema: emailAddress,
    mustBe: "an e-mail address",
  },
  ownerPassword: {
    env: "SPROCKET_OWNER_PASSWORD",
    toml: "owner_password",
    help: "password of that owner",
    schema: z.string().min(8),
    mustBe: "a password of at least 8 characters",
    secret: true,
  },
  databaseUrl: {
    env: "DATABASE_URL",
    toml: "database_url",
    help: "PostgreSQL instead of SQLite (a later version)",
    schema: text,
    mustBe: "a URL",
    secret: true,
    refuses: notYet("PostgreSQL comes"),
  },
  modelsUrl: {
    env: "SPROCKET_MODELS_URL",
    toml: "models_url",
    help: "where models are downloaded from (a later version)",
    schema: z.url(),
    mustBe: "a URL",
    refuses: notYet("model downloads come"),
  },
  oidcIssuer: { ...oidc, env: "SPROCKET_OIDC_ISSUER", toml: "oidc_issuer", help: "a later version" },
  oidcClientId: { ...oidc, env: "SPROCKET_OIDC_CLIENT_ID", toml: "oidc_client_id", help: "a later version" },
  oidcClientSecret: {
    ...oidc,
    env: "SPROCKET_OIDC_CLIENT_SECRET",
    toml: "oidc_client_secret",
    help: "a later version",
    secret: true,
  },
} satisfies Record<string, ConfigKey>;

export type ConfigKeyName = keyof typeof configKeys;
