// Flag > environment > sprocket.toml > default, and one clear line for everything that is wrong.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CannotStart } from "../../src/runtime/cannot-start.ts";
import { describeConfig, type Environment, type Flags, readConfig } from "../../src/runtime/config.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "sprocket-config-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const read = (env: Environment = {}, flags: Flags = {}) => readConfig(flags, env, cwd);
const toml = (text: string, folder = cwd) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "sprocket.toml"), text);
};
function refusal(env: Environment, flags: Flags = {}): string {
  try {
    read(env, flags);
  } catch (error) {
    expect(error).toBeInstanceOf(CannotStart);
    expect((error as CannotStart).exitCode).toBe(2);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  throw new Error("It was accepted.");
}

describe("where values come from", () => {
  test("the defaults need nothing", () => {
    const config = read();
    expect(config).toMatchObject({
      dataFolder: join(cwd, "data"),
      host: "127.0.0.1",
      port: 8420,
      basePath: "",
      log: "text",
    });
    expect(new Set(Object.values(config.sources))).toEqual(new Set(["default"]));
  });

  test("a flag beats the environment, which beats the file, which beats the default", () => {
    toml('port = 9001\nhost = "10.0.0.1"\nlog_level = "warn"');
    const config = read({ SPROCKET_PORT: "9002", SPROCKET_HOST: "10.0.0.2" }, { port: "9003" });
    expect(config).toMatchObject({ port: 9003, host: "10.0.0.2", logLevel: "warn", log: "text" });
    expect(config.sources).toMatchObject({
      port: "flag",
      host: "environment",
      logLevel: "file",
      log: "default",
    });
  });

  test("the file is found in the data folder, here, or where --config says", () => {
    toml("port = 1", join(cwd, "elsewhere"));
    expect(read({}, { config: "elsewhere/sprocket.toml" }).port).toBe(1);
    toml("port = 2");
    expect(read().port).toBe(2);
    rmSync(join(cwd, "sprocket.toml"));
    toml("port = 3", join(cwd, "my-data"));
    expect(read({ SPROCKET_DATA: "my-data" }).port).toBe(3);
  });

  test("paths in the file are relative to it", () => {
    toml('data = "d"\nmedia = ["films", "/abs"]', join(cwd, "etc"));
    const config = read({}, { config: "etc/sprocket.toml" });
    expect(config.dataFolder).toBe(join(cwd, "etc/d"));
    expect(config.media).toEqual([join(cwd, "etc/films"), "/abs"]);
  });

  test("SPROCKET_X_FILE gives a secret without its closing newline", () => {
    writeFileSync(join(cwd, "secret"), "correct horse\n");
    const env = { SPROCKET_OWNER_EMAIL: "a@example.org", SPROCKET_OWNER_PASSWORD_FILE: join(cwd, "secret") };
    expect(read(env).ownerPassword).toBe("correct horse");
  });

  test("a variable that is set to nothing counts as unset", () => {
    expect(read({ SPROCKET_PORT: "", SPROCKET_HOST_FILE: "" }).sources).toMatchObject({
      port: "default",
      host: "default",
    });
  });

  test("lists are written as people write them", () => {
    expect(read({ SPROCKET_MEDIA: "/a:/b, c" }).media).toEqual(["/a", "/b, c"]);
    expect(read({ SPROCKET_MEDIA: "/a, /b" }).media).toEqual(["/a", "/b"]);
    expect(read({ SPROCKET_TRUSTED_PROXIES: "10.0.0.0/8, ::1" }).trustedProxies).toEqual([
      "10.0.0.0/8",
      "::1",
    ]);
  });

  test("a base path loses the slash at its end", () => {
    expect(read({ SPROCKET_BASE_PATH: "/media/" }).basePath).toBe("/media");
    expect(read({ SPROCKET_BASE_PATH: "/" }).basePath).toBe("");
  });
});

describe("what stops the start", () => {
  const cases: [string, Environment, string[]][] = [
    ["a mistyped key", { SPROCKET_PROT: "1" }, ["SPROCKET_PROT", "did you mean SPROCKET_PORT?"]],
    ["a key nobody knows", { SPROCKET_FLUX_CAPACITOR: "1" }, ["SPROCKET_FLUX_CAPACITOR", "serve --help"]],
    ["a port that is none", { SPROCKET_PORT: "eighty" }, ["SPROCKET_PORT", '"eighty"', "0 to 65535"]],
    ["a port too high", { SPROCKET_PORT: "70000" }, ["SPROCKET_PORT", "0 to 65535"]],
    ["an unknown log form", { SPROCKET_LOG: "xml" }, ["SPROCKET_LOG", "text or json"]],
    ["a base path without slash", { SPROCKET_BASE_PATH: "media" }, ["SPROCKET_BASE_PATH", "/sprocket"]],
    ["a base path that climbs", { SPROCKET_BASE_PATH: "/a/../b" }, ["SPROCKET_BASE_PATH"]],
    [
      "a proxy that is no address",
      { SPROCKET_TRUSTED_PROXIES: "nginx" },
      ["SPROCKET_TRUSTED_PROXIES", "CIDR"],
    ],
    [
      "an owner without a password",
      { SPROCKET_OWNER_EMAIL: "a@example.org" },
      ["SPROCKET_OWNER_PASSWORD", "both"],
    ],
    ["a value twice", { SPROCKET_HOST: "a", SPROCKET_HOST_FILE: "b" }, ["SPROCKET_HOST_FILE", "one of them"]],
    ["a secret file that is missing", { SPROCKET_HOST_FILE: "nowhere" }, ["SPROCKET_HOST_FILE", "nowhere"]],
    ["PostgreSQL", { DATABASE_URL: "postgres://u:p@h/d" }, ["DATABASE_URL", "PostgreSQL", "later version"]],
    ["a role of its own", { SPROCKET_ROLE: "worker" }, ["SPROCKET_ROLE", "PostgreSQL"]],
    ["OIDC", { SPROCKET_OIDC_SCOPES: "x" }, ["SPROCKET_OIDC_SCOPES", "later version"]],
    ["OIDC by a key it will have", { SPROCKET_OIDC_ISSUER: "x" }, ["SPROCKET_OIDC_ISSUER", "later version"]],
    [
      "a models URL",
      { SPROCKET_MODELS_URL: "https://example.org" },
      ["SPROCKET_MODELS_URL", "later version"],
    ],
  ];
  for (const [name, env, words] of cases) {
    test(name, () => {
      const line = refusal(env);
      for (const word of words) expect(line).toContain(word);
    });
  }

  test("an unknown key in the file, naming the file", () => {
    toml("bast_path = '/x'");
    expect(refusal({})).toBe(
      `Unknown key bast_path in ${join(cwd, "sprocket.toml")}; did you mean base_path?`,
    );
  });

  test("a file that is no TOML", () => {
    toml("port = = 1");
    expect(refusal({})).toContain("sprocket.toml");
  });

  test("two files, because one would be ignored", () => {
    toml("port = 1");
    toml("port = 2", join(cwd, "data"));
    expect(refusal({})).toContain("keep one");
  });

  test("a --config that does not exist", () => {
    expect(refusal({}, { config: "nope.toml" })).toContain("nope.toml");
  });

  test("a bad secret, without showing it", () => {
    expect(
      refusal({ SPROCKET_OWNER_EMAIL: "a@example.org", SPROCKET_OWNER_PASSWORD: "short" }),
    ).not.toContain('"short"');
  });
});

test("a dump masks secrets", () => {
  const config = read({ SPROCKET_OWNER_EMAIL: "a@example.org", SPROCKET_OWNER_PASSWORD: "correct horse" });
  const dumped = JSON.stringify(describeConfig(config));
  expect(dumped).toContain("SPROCKET_OWNER_PASSWORD");
  expect(dumped).not.toContain("correct horse");
});
