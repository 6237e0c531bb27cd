// Where search looks for text: an index of the distinct labels of subjects, which trails behind the newest job so that
// enqueueing pays nothing, and one of failure messages, which triggers keep. Both are indexes of three-letter pieces
// without positions: hits are candidates, whoever asks compares the text itself.

import type { Database } from "bun:sqlite";
import { piecesOf } from "../db/text-pieces.ts";

export class JobText {
  constructor(private readonly sqlite: Database) {}

  /** Jobs up to this id are in the index of labels. */
  indexedTo(): number {
    return (
      this.sqlite.query("SELECT at FROM search_mark WHERE name = 'label'").get() as {
        at: number;
      }
    ).at;
  }

  /** Candidates whose label contains the text; undefined when there are more than `cap`, or it cannot be looked up. */
  labelled(text: string, cap: number): number[] | undefined {
    const pieces = piecesOf(text);
    if (!pieces) return undefined;
    const hits = this.sqlite
      .query("SELECT rowid AS id FROM label_text WHERE label_text MATCH ? LIMIT ?")
      .all(pieces, cap + 1) as { id: number }[];
    if (hits.length > cap) return undefined;
    const upTo = this.indexedTo();
    const ids = this.sqlite
      .query(
        `SELECT j.id FROM json_each(?1) h CROSS JOIN label l ON l.id = h.value
           CROSS JOIN job j ON j.subject_id = l.subject_id AND j.subject_type = l.subject_type
         WHERE l.subject_type <> 'none'
         UNION SELECT l.subject_id FROM json_each(?1) h CROSS JOIN label l ON l.id = h.value WHERE l.subject_type = 'none'
         UNION SELECT id FROM (SELECT id FROM job WHERE id > ?2 LIMIT ?3)
         LIMIT ?3`,
      )
      .all(JSON.stringify(hits.map((h) => h.id)), upTo, cap + 1) as { id: number }[];
    return ids.length > cap ? undefined : ids.map((r) => r.id);
  }

  /** Candidates whose failure's message contains the text; as above. */
  failedWith(text: string, cap: number): number[] | undefined {
    const pieces = piecesOf(text);
    if (!pieces) return undefined;
    const hits = this.sqlite
      .query("SELECT rowid AS id FROM error_text WHERE error_text MATCH ? LIMIT ?")
      .all(pieces, cap + 1) as { id: number }[];
    return hits.length > cap ? undefined : hits.map((h) => h.id);
  }

  /** Takes the labels of the next jobs into the index. Answers of how many. */
  takeIn(limit: number): number {
    const from = this.indexedTo();
    const rows = this.sqlite
      .query(
        "SELECT id, subject_type AS type, subject_id AS subject, subject_label AS label FROM job WHERE id > ? ORDER BY id LIMIT ?",
      )
      .all(from, limit) as { id: number; type: string; subject: number | null; label: string }[];
    if (rows.length === 0) return 0;
    const put = this.sqlite.query(
      "INSERT OR IGNORE INTO label (subject_type, subject_id, hash) VALUES (?, ?, ?)",
    );
    const index = this.sqlite.query("INSERT INTO label_text (rowid, text) VALUES (?, ?)");
    this.sqlite.transaction(() => {
      for (const { id, type, subject, label } of rows) {
        // Jobs about nothing in particular are found one by one.
        const [t, s] = subject === null ? ["none", id] : [type, subject];
        const { changes, lastInsertRowid } = put.run(t, s, Bun.hash.crc32(label));
        if (changes > 0) index.run(Number(lastInsertRowid), label);
      }
      this.mark("label", rows.at(-1)!.id);
    })();
    return rows.length;
  }

  /** Forgets labels of which no job is left, so many at a time, round and round. */
  sweep(limit: number): void {
    const { at } = this.sqlite.query("SELECT at FROM search_mark WHERE name = 'sweep'").get() as {
      at: number;
    };
    const rows = this.sqlite
      .query(
        `SELECT l.id, CASE l.subject_type
             WHEN 'none' THEN EXISTS (SELECT 1 FROM job j WHERE j.id = l.subject_id)
             ELSE EXISTS (SELECT 1 FROM job j WHERE j.subject_id = l.subject_id AND j.subject_type = l.subject_type)
           END AS used
         FROM label l WHERE l.id > ? ORDER BY l.id LIMIT ?`,
      )
      .all(at, limit) as { id: number; used: number }[];
    this.sqlite.transaction(() => {
      for (const { id, used } of rows) {
        if (used) continue;
        this.sqlite.query("DELETE FROM label WHERE id = ?").run(id);
        this.sqlite.query("DELETE FROM label_text WHERE rowid = ?").run(id);
      }
      this.mark("sweep", rows.length < limit ? 0 : rows.at(-1)!.id);
    })();
  }

  private mark(name: string, at: number): void {
    this.sqlite.query("UPDATE search_mark SET at = ? WHERE name = ?").run(at, name);
  }
}
