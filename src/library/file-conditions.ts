// What each term of a search over files asks of a row.

import { or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { file } from "../db/tables/library.ts";
import { anywhere } from "../db/text-pieces.ts";
import type { Range } from "../queue/job-term.ts";
import { factSources } from "./file-facts.ts";
import type { FileTerm, FileTest } from "./file-term.ts";

export function fileCondition({ not, test }: FileTerm): SQL {
  const asked = conditionOf(test);
  return not ? sql`NOT coalesce(${asked}, 0)` : asked;
}

function conditionOf(test: FileTest): SQL {
  switch (test.of) {
    case "path":
      return anyOf(test.any, (text) => like(sql`${file.path}`, text));
    case "name":
      return anyOf(test.any, (text) => like(sql`${file.name}`, text));
    case "camera":
      return anyOf(test.any, (text) =>
        like(
          sql`coalesce(${file.camera} ->> 'make', '') || ' ' || coalesce(${file.camera} ->> 'model', '') || ' ' || coalesce(${file.camera} ->> 'lens', '')`,
          text,
        ),
      );
    case "title":
      return anyOf(test.any, (text) => like(sql`coalesce(${counted("title")}, '')`, text));
    case "rating":
      return rangesOf(sql`CAST(${counted("rating")} AS REAL)`, test.ranges);
    case "tag":
      return anyOf(
        test.in,
        (tag) =>
          sql`EXISTS (SELECT 1 FROM file_tag WHERE file_tag.tag = ${tag} AND file_tag.file_id = ${file.id})`,
      );
    case "library":
      return isOneOf(file.libraryId, test.in);
    case "type":
      return isOneOf(file.type, test.in);
    case "state":
      return isOneOf(file.state, test.in);
    case "ext":
      return anyOf(test.in, (ext) => sql`lower(${file.name}) LIKE ${`%.${escaped(ext)}`} ESCAPE '\\'`);
    case "codec":
      return anyOf(
        test.in,
        (codec) =>
          sql`${codec} IN (lower(${file.codecs} ->> 'video'), lower(${file.codecs} ->> 'audio'), lower(${file.codecs} ->> 'container'))`,
      );
    case "code":
      return anyOf(
        test.in,
        (code) =>
          sql`(${file.reasonCode} = ${code} OR ${file.reasonCode} LIKE ${`${escaped(code)}.%`} ESCAPE '\\')`,
      );
    case "hash":
      return anyOf(
        test.any,
        (start) => sql`(${file.sha256} >= ${start} AND ${file.sha256} < ${`${start}g`})`,
      );
    case "width":
      return rangesOf(sql`${file.width}`, test.ranges);
    case "height":
      return rangesOf(sql`${file.height}`, test.ranges);
    case "sizeBytes":
      return rangesOf(sql`${file.sizeBytes}`, test.ranges);
    case "durationMs":
      return rangesOf(sql`(${file.durationS} * 1000)`, test.ranges);
    case "captured":
      return rangesOf(sql`${file.capturedAt}`, test.ranges);
    case "added":
      return rangesOf(sql`${file.createdAt}`, test.ranges);
    case "trashed":
      return sql`${file.trashedAt} IS NOT NULL`;
    case "duplicate":
      return sql`EXISTS (SELECT 1 FROM file AS twin WHERE twin.sha256 = ${file.sha256} AND twin.id <> ${file.id} AND twin.trashed_at IS NULL)`;
    case "derivative":
      return anyOf(
        test.in,
        (kind) => sql`EXISTS (SELECT 1 FROM derivative WHERE file_id = ${file.id} AND kind = ${kind})`,
      );
    case "any":
      return anyOf(test.tests, conditionOf);
    case "known":
      return anyOf(test.in, (what) => sql`${known[what]} IS NOT NULL`);
  }
}

const known = {
  hash: file.sha256,
  metadata: file.metadataAt,
  date: file.capturedAt,
  place: file.gpsLat,
  camera: file.camera,
  title: sql`${counted("title")}`,
  rating: sql`${counted("rating")}`,
  tags: sql`(SELECT tag FROM file_tag WHERE file_tag.file_id = ${file.id} LIMIT 1)`,
};

/** The word that counts; the strongest source stands first. */
function counted(field: "title" | "rating"): SQL {
  const rank = sql.raw(factSources.map((source, n) => `WHEN '${source}' THEN ${n}`).join(" "));
  return sql`(SELECT file_fact.value ->> '$' FROM file_fact WHERE file_fact.file_id = ${file.id} AND file_fact.field = ${field}
    ORDER BY CASE file_fact.source ${rank} ELSE 99 END LIMIT 1)`;
}

function anyOf<T>(values: readonly T[], condition: (value: T) => SQL): SQL {
  return values.length === 0 ? sql`0` : sql`(${or(...values.map(condition))})`;
}

/** A unary plus keeps an index from being chosen by it: candidates or the order's index decide what is looked at. */
function isOneOf(column: SQLiteColumn, values: readonly (string | number)[]): SQL {
  return values.length === 0 ? sql`0` : sql`+${column} IN ${values}`;
}

function like(text: SQL, part: string): SQL {
  return sql`(${text}) LIKE ${anywhere(part)} ESCAPE '\\'`;
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

function rangesOf(column: SQL, ranges: Range[]): SQL {
  return anyOf(ranges, ({ from, to }) => {
    const bounds = [
      ...(from === undefined ? [] : [sql`${column} >= ${from}`]),
      ...(to === undefined ? [] : [sql`${column} < ${to}`]),
    ];
    return bounds.length === 0 ? sql`${column} IS NOT NULL` : sql.join(bounds, sql` AND `);
  });
}
