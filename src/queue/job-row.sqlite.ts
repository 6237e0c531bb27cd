// A job's row with the place it stands in, joined, and what readers see of it.

import type { Category, Failure, Job, JobStatus, PauseEnd } from "./job.ts";
import type { Lane } from "./job-store.ts";

export interface JoinedRow {
  id: number;
  lane: number;
  priority: number;
  backfill: number;
  params: string;
  subject_type: "file" | "library" | "none";
  subject_id: number | null;
  subject_label: string;
  max_retries: number;
  retry_count: number;
  run_at: number | null;
  origin: string | null;
  created_at: number;
  running_since: number | null;
  running_progress: number | null;
  running_frozen_ms: number | null;
  progress_at: number | null;
  worker: string | null;
  frozen_at: number | null;
  frozen_by: string | null;
  yields: number | null;
  frozen_until: number | null;
  frozen_until_playback_ends: number | null;
  paused_at: number | null;
  paused_by: string | null;
  until: number | null;
  until_playback_ends: number | null;
  state: number | null;
  started_at: number | null;
  finished_at: number | null;
  progress: number | null;
  note: string | null;
  code: string | null;
  message: string | null;
  fingerprint: string | null;
  frozen_ms: number | null;
  acknowledged_at: number | null;
}

/** j: the job; r, p, f: where it stands, when it runs, is paused or is over. */
export const fromPlaces =
  "FROM job j LEFT JOIN running r ON r.id = j.id LEFT JOIN paused p ON p.id = j.id LEFT JOIN finished f ON f.id = j.id";

export const joined = `SELECT j.id, j.lane, j.priority, j.backfill, j.params, j.subject_type, j.subject_id, j.subject_label,
  j.max_retries, j.retry_count, j.run_at, j.origin, j.created_at,
  r.started_at AS running_since, r.progress AS running_progress, r.frozen_ms AS running_frozen_ms, r.progress_at, r.worker,
  r.frozen_at, r.frozen_by, r.yields, r.frozen_until, r.frozen_until_playback_ends,
  p.paused_at, p.paused_by, p.until, p.until_playback_ends,
  f.state, f.started_at, f.finished_at, f.progress, f.note, f.code, f.message, f.fingerprint, f.frozen_ms, f.acknowledged_at
  ${fromPlaces}`;

export function toJob(r: JoinedRow, lane: Lane): Job {
  const runs = r.running_since !== null;
  return {
    id: r.id,
    kind: lane.kind,
    queue: lane.queue,
    category: lane.category as Category,
    vramMb: lane.vramMb,
    status: statusOf(r),
    params: JSON.parse(r.params),
    subject: { type: r.subject_type, id: r.subject_id, label: r.subject_label, group: lane.group || null },
    priority: r.priority,
    backfill: r.backfill === 1,
    progress: runs ? r.running_progress : r.progress,
    progressAt: dateOf(r.progress_at),
    frozen: r.frozen_at !== null,
    yields: r.frozen_at !== null && r.yields === 1,
    frozenMs: (runs ? r.running_frozen_ms : r.frozen_ms) ?? 0,
    pausedAt: dateOf(r.paused_at ?? r.frozen_at),
    pausedBy: r.paused_by ?? r.frozen_by,
    pauseEnds: runs
      ? pauseEndsOf(r.frozen_until, r.frozen_until_playback_ends)
      : pauseEndsOf(r.until, r.until_playback_ends),
    outcomeNote: r.note,
    retryCount: r.retry_count,
    maxRetries: r.max_retries,
    runAt: dateOf(r.run_at),
    createdAt: new Date(r.created_at),
    startedAt: dateOf(runs ? r.running_since : r.started_at),
    finishedAt: dateOf(r.finished_at),
    worker: r.worker,
    failure: failureOf(r.code, r.message),
    fingerprint: r.fingerprint,
    acknowledgedAt: dateOf(r.acknowledged_at),
    origin: r.origin,
  };
}

/** A run whose processes stand still is paused. */
function statusOf(r: JoinedRow): JobStatus {
  if (r.running_since !== null) return r.frozen_at === null ? "running" : "paused";
  if (r.state !== null) return r.state === 1 ? "completed" : r.state === 4 ? "cancelled" : "failed";
  return r.paused_at !== null ? "paused" : "pending";
}

export function pauseEndsOf(until: number | null, untilPlaybackEnds: number | null): PauseEnd {
  if (untilPlaybackEnds) return "playback";
  return until === null ? null : { at: until };
}

export function failureOf(code: string | null, message: string | null): Failure | null {
  return code === null ? null : { code, message: message ?? "" };
}

export function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
