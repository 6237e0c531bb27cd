// What a search asks of files: terms that all must hold, each with alternatives, each possibly negated.

import type { FileState, FileType } from "../db/tables/library.ts";
import type { Range } from "../queue/job-term.ts";

export type FileTest =
  /** Contains one of these, in any case. */
  | { of: "path" | "name" | "camera"; any: string[] }
  /** Of what is said of it, by whoever's word counts. */
  | { of: "title"; any: string[] }
  /** Tags as they are, whatever their case. */
  | { of: "tag"; in: string[] }
  | { of: "rating"; ranges: Range[] }
  | { of: "library"; in: number[] }
  | { of: "type"; in: FileType[] }
  | { of: "state"; in: FileState[] }
  /** Codecs by their names, extensions without the dot, both in lower case. */
  | { of: "ext" | "codec"; in: string[] }
  /** `input` stands for all codes that begin with `input.` as well. */
  | { of: "code"; in: string[] }
  /** SHA-256, or how it begins. */
  | { of: "hash"; any: string[] }
  | { of: "width" | "height" | "sizeBytes" | "durationMs" | "captured" | "added"; ranges: Range[] }
  | { of: "trashed" | "duplicate" }
  /** A derivative of one of these kinds. */
  | { of: "derivative"; in: string[] }
  /** It is known of the file. */
  | { of: "known"; in: ("hash" | "metadata" | "date" | "place" | "camera" | "tags" | "title" | "rating")[] }
  | { of: "any"; tests: FileTest[] };

export interface FileTerm {
  not: boolean;
  test: FileTest;
}
