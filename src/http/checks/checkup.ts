// All that is looked at for the Health page, in sections. What is quick is looked at again when somebody asks; what starts
// programs, once and on demand. Nobody waits for a disk that does not answer: the last findings are told meanwhile.

import type { Media } from "../../media/media.ts";
import type { Worker } from "../../queue/worker.ts";
import type { Config } from "../../runtime/config.ts";
import { version } from "../../runtime/version.ts";
import type { Settings } from "../../settings/settings.ts";
import { type Check, checkDatabaseWrite, checkDataFolder } from "../readiness.ts";
import { checkFolder, checkFreeSpace, checkTime } from "./data-folder.ts";
import { checkBackups, checkIntegrity, checkSchema, checkSize, type DatabaseParts } from "./database.ts";
import { checkGpu } from "./gpu.ts";
import { checkLibraries } from "./libraries.ts";
import { checkMemory, checkVersion, checkWatches, checkWorker } from "./machine.ts";
import { checkFfmpeg, checkModel, checkPictures } from "./tools.ts";

export interface CheckupParts extends DatabaseParts {
  config: Config;
  media: Media;
  worker: Pick<Worker<any>, "running" | "hasMissedBeats">;
  startedAt: Date;
  settings: Pick<Settings, "get">;
}

export type SectionId = "work" | "storage" | "tools" | "gpu" | "database" | "integrity";

export interface CheckSection {
  id: SectionId;
  title: string;
  checks: Check[];
  /** Null: not yet. */
  checkedAt: Date | null;
  isChecking: boolean;
}

interface Part {
  id: SectionId;
  title: string;
  /** `quick`: whenever asked; `slow`: now and then, and on demand; `demand`: only when somebody wants it. */
  pace: "quick" | "slow" | "demand";
  look(): Promise<Check[]>;
}

const keptMs = 15_000;
const triedMs = 6 * 3_600_000;
/** So long a page waits for what is quick. */
const patienceMs = 250;

export class Checkup {
  private readonly known = new Map<SectionId, { at: number; checks: Check[] }>();
  private readonly looking = new Map<SectionId, Promise<void>>();
  private readonly parts: Part[];

  constructor(private readonly of: CheckupParts) {
    this.parts = partsOf(of);
  }

  /** As known now. */
  sections(): CheckSection[] {
    return this.parts.map(({ id, title }) => {
      const found = this.known.get(id);
      return {
        id,
        title,
        checks: found?.checks ?? [],
        checkedAt: found ? new Date(found.at) : null,
        isChecking: this.looking.has(id),
      };
    });
  }

  /** Has looked at what is quick, and waits a moment for it; with `tools`, what was never tried is tried meanwhile. */
  async latest({ tools = false } = {}): Promise<CheckSection[]> {
    const due = this.parts.filter(
      (part) =>
        (part.pace === "quick" && this.isOlder(part, keptMs)) ||
        (part.pace === "slow" && tools && !this.known.has(part.id)),
    );
    const looks = due.map((part) => ({ part, done: this.look(part) }));
    const quick = looks.filter(({ part }) => part.pace === "quick").map(({ done }) => done);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const forget = this.of.clock.after(patienceMs, resolve);
    await Promise.race([Promise.all(quick), late]);
    forget();
    return this.sections();
  }

  /** Looks at everything but the integrity, or at one section, and waits for it. */
  async again(id?: SectionId): Promise<CheckSection[]> {
    const wanted = this.parts.filter((part) => (id ? part.id === id : part.pace !== "demand"));
    await Promise.all(wanted.map((part) => this.look(part)));
    return this.sections();
  }

  /** For a loop: tools may break while the server runs. */
  async tryTools(): Promise<void> {
    const due = this.parts.filter((part) => part.pace === "slow" && this.isOlder(part, triedMs));
    await Promise.all(due.map((part) => this.look(part)));
  }

  private isOlder({ id }: Part, ms: number): boolean {
    const found = this.known.get(id);
    const age = this.of.clock.now() - (found?.at ?? 0);
    return !found || age >= ms || age < 0;
  }

  private look(part: Part): Promise<void> {
    const under = this.looking.get(part.id);
    if (under) return under;
    const done = part
      .look()
      .catch((error): Check[] => [
        { name: part.title, result: "fail", detail: `could not be looked at: ${(error as Error).message}` },
      ])
      .then((checks) => {
        this.known.set(part.id, { at: this.of.clock.now(), checks });
        this.looking.delete(part.id);
      });
    this.looking.set(part.id, done);
    return done;
  }
}

/** Everything that is not as it should be, failures first. */
export function faultsIn(sections: CheckSection[]): Check[] {
  const all = sections.flatMap((section) => section.checks);
  return [...all.filter((c) => c.result === "fail"), ...all.filter((c) => c.result === "warn")];
}

function partsOf(of: CheckupParts): Part[] {
  const { config, media, db, paths, clock, settings, worker, startedAt } = of;
  return [
    {
      id: "work",
      title: "Server",
      pace: "quick",
      look: async () => [
        checkWorker(worker),
        checkMemory(),
        checkTime(config),
        await checkWatches(db),
        checkVersion(version, startedAt, clock),
      ],
    },
    {
      id: "storage",
      title: "Storage",
      pace: "quick",
      look: async () => [
        await folderCheck(of),
        await checkFreeSpace(config),
        ...(await checkLibraries(db, clock)),
      ],
    },
    {
      id: "tools",
      title: "Tools",
      pace: "slow",
      look: async () => [
        ...(await checkFfmpeg(config, media)),
        await checkPictures(media),
        await checkModel(media),
      ],
    },
    { id: "gpu", title: "GPU", pace: "slow", look: () => checkGpu(media) },
    {
      id: "database",
      title: "Database",
      pace: "quick",
      look: async () => [
        await checkDatabaseWrite(db),
        await checkSize(of),
        checkSchema(of),
        await checkBackups({ paths, clock, isNightly: settings.get("backup").enabled, startedAt }),
      ],
    },
    {
      id: "integrity",
      title: "Integrity of the database",
      pace: "demand",
      look: async () => [await checkIntegrity(of)],
    },
  ];
}

/** Private and writable: the rights say so, and a file that was written proves it. */
async function folderCheck({ config, paths }: CheckupParts): Promise<Check> {
  const rights = checkFolder(config);
  if (rights.result === "fail") return rights;
  const proof = await checkDataFolder(paths);
  return proof.result === "ok" ? rights : { ...proof, name: rights.name };
}
