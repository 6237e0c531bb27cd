// Every command with its arguments, help and examples. What a command does lies in a file of its own, loaded when it runs.

import { existsSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { jobStatuses } from "../queue/job.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import type { Flags } from "../runtime/config.ts";
import { type ConfigKeyName, configKeys } from "../runtime/config-keys.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { nearest } from "../runtime/nearest.ts";

const allKeys = Object.keys(configKeys) as ConfigKeyName[];
const addressKeys: ConfigKeyName[] = ["dataFolder", "host", "port", "basePath"];
const doctorKeys: ConfigKeyName[] = ["dataFolder", "host", "port", "ffmpeg", "ffprobe"];

/** Runs one command line and answers its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(args: string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  // Whatever any command writes is for this user alone: databases, logs and pictures of people's media.
  process.umask(0o077);
  // `sprocket jobs | head` closes the pipe when it has seen enough; that is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    refuseUnknownCommand(args, program);
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    for (const line of explained(error).split("\n")) process.stderr.write(`sprocket: ${line}\n`);
    return error instanceof CannotStart ? error.exitCode : 1;
  }
}

function createProgram(exit: (code: number) => void): Command {
  const program = new Command("sprocket")
    .description(
      "Self-hosted media job server: watches folders, does everything slow to them in the background.",
    )
    .showSuggestionAfterError()
    .exitOverride()
    .helpCommand("help [command]", "help on a command")
    .addHelpText(
      "after",
      examples(["sprocket ~/Videos ~/Photos", "sprocket doctor", "sprocket jobs --status failed"]),
    );

  const add = (words: string, description: string, shown: string[], parent = program) =>
    parent.command(words).description(description).addHelpText("after", examples(shown));

  const serve = program
    .command("serve", { isDefault: true })
    .argument(
      "[folders...]",
      "folders to make libraries of; ones that are libraries already stay as they are",
    )
    .description("run the server (what `sprocket` alone does)")
    .addHelpText(
      "after",
      examples(["sprocket serve ~/Videos", "SPROCKET_PORT=9000 sprocket serve --host 0.0.0.0 /mnt/media"]),
    )
    .action(async (folders: string[], flags: Flags) => {
      for (const folder of folders) refuseUnknownWord(folder, program);
      await (await import("./serve.ts")).serve(folders, flagsOf(flags, allKeys));
    });
  for (const key of allKeys) addConfigOption(serve, key);
  addConfigFile(serve);

  withData(add("scan", "enqueue a scan of one library, or of all", ["sprocket scan", "sprocket scan Family"]))
    .argument("[library]", "its name, folder or id")
    .action(async (library, flags) => exit(await (await import("./scan.ts")).scan(library, flagsOf(flags))));

  withData(
    add("enqueue", "enqueue one job", [
      "sprocket enqueue video-poster --file ~/Videos/a.mp4",
      `sprocket enqueue scan --params '{"libraryId":1}'`,
    ]),
  )
    .argument("<type>", "what to do: a kind, or its name in the media jobs API")
    .option("--file <path>", "the file it is about")
    .option("--params <json>", "its parameters")
    .option("--priority <number>", "1 (first) to 10 (last)", "5")
    .option("--json", "print the job as JSON")
    .action(async (type, flags) =>
      exit(await (await import("./enqueue.ts")).enqueue(type, flags, flagsOf(flags))),
    );

  withData(
    add("jobs", "list jobs, newest first", [
      "sprocket jobs --status failed",
      "sprocket jobs --queue thumbnail --json",
    ]),
  )
    .addOption(new Option("--status <status>", "only these").choices([...jobStatuses, "delayed"]))
    .option("--queue <name>", "only this queue")
    .option("--limit <number>", "at most so many", "20")
    .option("--json", "print JSON")
    .action(async (flags) => exit(await (await import("./jobs.ts")).jobs(flags, flagsOf(flags))));

  withData(
    add("explain", "say why a file or a job is where it is", [
      "sprocket explain ~/Videos/a.mp4",
      "sprocket explain 1234 --json",
    ]),
  )
    .argument("<path or job>", "a media file, or the number of a job")
    .option("--json", "print JSON")
    .action(async (named, flags) =>
      exit(await (await import("./explain.ts")).explain(named, flags, flagsOf(flags))),
    );

  const token = add("token", "API tokens", ["sprocket token create --name backup --scopes read,write"]);
  withData(
    add(
      "create",
      "make a token and print it; it is shown only once",
      ["sprocket token create --name backup --scopes read,write"],
      token,
    ),
  )
    .requiredOption("--name <name>", "what it is for")
    .requiredOption("--scopes <scopes>", "read, write, admin, with commas")
    .option("--user <email>", "whose token; without it the first owner's")
    .option("--days <number>", "expires after so many days; without it never")
    .action(async (flags) => exit(await (await import("./accounts.ts")).createToken(flags, flagsOf(flags))));

  const user = add("user", "accounts", [
    "sprocket user create ada@example.org --role owner",
    "sprocket user reset-password ada@example.org",
  ]);
  withData(add("create", "create an account", ["sprocket user create ada@example.org --role owner"], user))
    .argument("<email>")
    .option("--name <name>", "their name; without it the first part of the e-mail")
    .addOption(new Option("--role <role>", "their role").choices(["owner", "member"]).default("member"))
    .option(
      "--password-stdin",
      "read the password from standard input; without it one is made up and printed",
    )
    .action(async (email, flags) =>
      exit(await (await import("./accounts.ts")).createUser(email, flags, flagsOf(flags))),
    );
  withData(
    add(
      "reset-password",
      "set a new password and end every session",
      ["sprocket user reset-password ada@example.org"],
      user,
    ),
  )
    .argument("<email>")
    .option(
      "--password-stdin",
      "read the password from standard input; without it one is made up and printed",
    )
    .action(async (email, flags) =>
      exit(await (await import("./accounts.ts")).resetPassword(email, flags, flagsOf(flags))),
    );
  withData(add("promote", "make an account an owner", ["sprocket user promote ada@example.org"], user))
    .argument("<email>")
    .action(async (email, flags) =>
      exit(await (await import("./accounts.ts")).promote(email, flagsOf(flags))),
    );

  const doctor = add("doctor", "check everything the server needs, and say how to mend it", [
    "sprocket doctor",
    "sprocket doctor --json",
  ])
    .option("--json", "print JSON")
    .option("--model <file>", "also run a session of this .onnx model")
    .action(async (flags) =>
      exit(await (await import("./doctor.ts")).doctor(flags, flagsOf(flags, doctorKeys))),
    );
  for (const key of doctorKeys) addConfigOption(doctor, key);
  addConfigFile(doctor);

  withData(
    add("backup", "write a snapshot of the database to a new file", [
      "sprocket backup /mnt/backup/sprocket.db",
    ]),
  )
    .argument("<file>")
    .action(async (file, flags) => exit(await (await import("./backup.ts")).backup(file, flagsOf(flags))));

  withData(
    add(
      "restore",
      "put a backup in the place of the database, which is saved first; the server must not run",
      [
        "sprocket restore /mnt/backup/sprocket.db",
        "sprocket restore --data /srv/sprocket nightly-2026-11-22-030000-000.db",
      ],
    ),
  )
    .argument("<file>")
    .action(async (file, flags) => exit(await (await import("./restore.ts")).restore(file, flagsOf(flags))));

  const bundle = add(
    "support-bundle",
    "write an archive for whoever is to help: checks, failures, settings; no secrets, no names of files",
    ["sprocket support-bundle bundle.tar.gz", "sprocket support-bundle --with-paths bundle.tar.gz"],
  )
    .argument("<file>", "a new .tar.gz")
    .option("--with-paths", "keep paths and names of files")
    .action(async (file, flags) =>
      exit(
        await (await import("./support-bundle.ts")).writeSupportBundle(
          file,
          flags,
          flagsOf(flags, doctorKeys),
        ),
      ),
    );
  for (const key of doctorKeys) addConfigOption(bundle, key);
  addConfigFile(bundle);

  const config = add("config", "the configuration", ["sprocket config dump --json"]);
  const dump = add(
    "dump",
    "print every value and where it comes from; secrets are masked",
    ["sprocket config dump --json"],
    config,
  )
    .option("--json", "print JSON")
    .action(async (flags) =>
      exit(await (await import("./config-dump.ts")).configDump(flags, flagsOf(flags, allKeys))),
    );
  for (const key of allKeys) addConfigOption(dump, key);
  addConfigFile(dump);

  const healthcheck = add("healthcheck", "ask the running server whether it is well; for containers", [
    "sprocket healthcheck",
  ]).action(async (flags) =>
    exit(await (await import("./healthcheck.ts")).healthcheck(flagsOf(flags, addressKeys))),
  );
  for (const key of addressKeys) addConfigOption(healthcheck, key);
  addConfigFile(healthcheck);

  add("version", "print which build this is", ["sprocket version --json"])
    .option("--json", "print JSON")
    .action(async (flags) => exit((await import("./version.ts")).printVersion(flags)));
  return program;
}

/** Before anything else is read: `sprocket restore --help` is no question about `serve`. */
function refuseUnknownCommand([first, second]: string[], program: Command): void {
  const word = first === "help" ? second : first;
  if (!word || word.startsWith("-") || commandNames(program).includes(word)) return;
  if (laterCommands.includes(word))
    throw new CannotStart(
      `The command ${word} comes with a later version of Sprocket.${existsSync(word) ? ` For the folder write ./${word}.` : ""}`,
      2,
    );
  refuseUnknownWord(word, program);
}

/** What is no command is a folder to serve; a bare word that is neither was meant to be one of them. */
function refuseUnknownWord(word: string, program: Command): void {
  if (!word || word.includes("/") || existsSync(word)) return;
  const near = nearest(word, commandNames(program));
  throw new CannotStart(
    near
      ? `There is no folder ${word}; did you mean the command ${near}?`
      : `There is neither a command nor a folder ${word}; \`sprocket --help\` lists the commands.`,
    2,
  );
}

function commandNames(program: Command): string[] {
  return ["help", ...program.commands.map((command) => command.name())];
}

/** Announced, and not in this build. */
const laterCommands = ["worker", "models"];

function withData(command: Command): Command {
  addConfigOption(command, "dataFolder");
  addConfigFile(command);
  return command;
}

function addConfigOption(command: Command, key: ConfigKeyName): void {
  const spec = configKeys[key];
  if (!("argument" in spec)) return;
  const standard =
    "default" in spec && spec.default !== "" && String(spec.default) !== ""
      ? `, default ${spec.default}`
      : "";
  command.addOption(
    new Option(
      `--${spec.toml.replaceAll("_", "-")} ${spec.argument}`,
      `${spec.help} (${spec.env}${standard})`,
    ),
  );
}

function addConfigFile(command: Command): void {
  command.option(
    "--config <file>",
    "the sprocket.toml to read; without it the one in the data folder or here",
  );
}

/** Commander calls `--base-path` `basePath`; configuration keys have names of their own. */
function flagsOf(options: Record<string, unknown>, keys: readonly ConfigKeyName[] = ["dataFolder"]): Flags {
  const flags: Flags = {};
  for (const key of keys) {
    const name = configKeys[key].toml.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (typeof options[name] === "string" && "argument" in configKeys[key]) flags[key] = options[name];
  }
  if (typeof options.config === "string") flags.config = options.config;
  return flags;
}

function examples(lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;
}

/** Whatever is not foreseen shows where it comes from. */
function explained(error: unknown): string {
  const isForeseen = [CannotStart, Refused, NotFound].some((kind) => error instanceof kind);
  return isForeseen || !(error instanceof Error) ? (error as Error).message : (error.stack ?? error.message);
}
