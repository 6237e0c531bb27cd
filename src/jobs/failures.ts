// Every code that a failure may carry, for people: what it means and what to do next. Codes are stable; texts are not.

import { GiveUp, isForbidden, JobFailure, Refused, RetryLater } from "../runtime/errors.ts";

export interface FailureCode {
  /** In two or three words, for lists. */
  title: string;
  /** It stops whatever needs the same thing, until somebody sees to the server. */
  isServerWide?: boolean;
  meaning: string;
  nextStep: string;
  /** Tried again by itself, with growing pauses. Input must change first. */
  retryable: boolean;
}

export const failureCodes: Record<string, FailureCode> = {
  "input.missing": {
    title: "Files not found",
    meaning: "The file is not where the library says it is.",
    nextStep: "Mount its disk, or put the file back, then scan the library.",
    retryable: false,
  },
  "input.unreadable": {
    title: "No permission to read",
    meaning: "The server may not read the file.",
    nextStep: "Give the server's user permission to read it, then retry.",
    retryable: false,
  },
  "input.truncated": {
    title: "Truncated files",
    meaning: "The file ends too early: a copy, download or recording was cut off.",
    nextStep: "Copy it again from its source. The job runs again by itself when the file has changed.",
    retryable: false,
  },
  "input.corrupt": {
    title: "Damaged files",
    meaning: "The file's content is damaged, or is not what its name says.",
    nextStep: "Restore it from a backup, or remove it.",
    retryable: false,
  },
  "input.unsupported": {
    title: "Unsupported formats",
    meaning: "The file is in a format that this server cannot read.",
    nextStep:
      "The reason says what is missing. Convert a copy to a common format (JPEG, MP4, MP3), or leave it: the file itself is fine where it is.",
    retryable: false,
  },
  "input.changed": {
    title: "Files still being written",
    meaning: "The file changed while it was being read.",
    nextStep: "Nothing: it is tried again when the copy or recording is finished.",
    retryable: true,
  },
  "rule.unreadable": {
    title: "Rules that cannot be read",
    meaning: "The rule of a dynamic collection names something that does not exist any more.",
    nextStep: "Open the collection, correct its rule and save it. Its files stay as they were until then.",
    retryable: false,
  },
  "sidecar.invalid": {
    title: "Sidecars that cannot be read",
    meaning:
      "A file that describes another (.nfo, .xmp, .json, .srt) cannot be read. The media file itself is fine.",
    nextStep: "Mend or remove the sidecar that the reason names. It is read again when it has changed.",
    retryable: false,
  },
  "input.few": {
    title: "Too few files",
    meaning: "Fewer files fit what was asked for than the job needs.",
    nextStep: "Ask for fewer files, or for a wider range of lengths and shapes.",
    retryable: false,
  },
  "tool.missing": {
    title: "Program not installed",
    isServerWide: true,
    meaning: "A program that the job needs is not installed.",
    nextStep: "Install ffmpeg, or set SPROCKET_FFMPEG and SPROCKET_FFPROBE to where it is, then retry.",
    retryable: true,
  },
  "tool.crashed": {
    title: "Program crashed",
    meaning: "A program that the job uses ended unexpectedly.",
    nextStep: "Look into the log. Out of memory is the usual reason; fewer jobs at once help.",
    retryable: true,
  },
  "tool.timeout": {
    title: "Program stopped answering",
    meaning: "A program that the job uses gave no sign of life for too long and was ended.",
    nextStep: "Check that the disk or the network share answers, then retry.",
    retryable: true,
  },
  "disk.full": {
    title: "Disk full",
    isServerWide: true,
    meaning: "There is no space left where results are written.",
    nextStep: "Free space on the data folder's disk; waiting jobs go on by themselves.",
    retryable: true,
  },
  "disk.readonly": {
    title: "Disk is read-only",
    isServerWide: true,
    meaning: "The place where results are written is read-only.",
    nextStep: "Check the data folder's mount and permissions, then retry.",
    retryable: true,
  },
  "library.readonly": {
    title: "Read-only library",
    meaning: "The library's settings say that nothing is written into it or taken out of it.",
    nextStep: "Allow it in the library's settings, then retry.",
    retryable: false,
  },
  "library.type": {
    title: "Library for other media",
    meaning: "The library is not scanned for media of this type: the file would not be found there.",
    nextStep: "Choose another library, or let it scan for this type.",
    retryable: false,
  },
  "gpu.memory": {
    title: "GPU out of memory",
    isServerWide: true,
    meaning: "The GPU's memory did not suffice.",
    nextStep: "Set the VRAM budget lower than what other programs leave free, or choose a smaller model.",
    retryable: true,
  },
  "gpu.lost": {
    title: "GPU stopped answering",
    isServerWide: true,
    meaning: "The GPU stopped answering.",
    nextStep: "“sprocket doctor” says which test fails. Jobs fall back to the CPU where they can.",
    retryable: true,
  },
  "model.missing": {
    title: "Model not installed",
    isServerWide: true,
    meaning: "The model that the job needs is not installed.",
    nextStep: "Download it in the settings, then retry.",
    retryable: false,
  },
  "model.mismatch": {
    title: "Wrong model file",
    isServerWide: true,
    meaning: "A downloaded model is not the one it should be.",
    nextStep: "Remove it and download it again.",
    retryable: false,
  },
  "job.orphaned": {
    title: "Worker died mid-job",
    meaning: "The worker died while it ran the job.",
    nextStep:
      "Retry it. When it happens again on the same file, the file or the machine's memory is to blame.",
    retryable: false,
  },
  "job.stuck": {
    title: "No sign of life",
    meaning: "The job made no progress for longer than its kind may, and was ended.",
    nextStep: "Look into the log, then retry.",
    retryable: true,
  },
  "job.cancelled": {
    title: "Cancelled jobs",
    meaning: "Somebody cancelled the job.",
    nextStep: "Retry it if it should run after all.",
    retryable: false,
  },
  "params.invalid": {
    title: "Parameters no longer fit",
    meaning: "The job's parameters do not fit its kind, as after an upgrade that changed the kind.",
    nextStep: "Remove the job and create it again.",
    retryable: false,
  },
  "kind.unknown": {
    title: "Unknown kind of job",
    meaning: "This build does not know the job's kind.",
    nextStep: "Run the version that made the job, or remove it.",
    retryable: false,
  },
  internal: {
    title: "Fault in the server",
    meaning: "A fault in the server itself.",
    nextStep: "Retry once. If it fails again, report it with the attempt's log and a support bundle.",
    retryable: true,
  },
};

/** What a list calls a failure; `demo.flaky` is "Demo flaky" where nobody has found words for it. */
export function failureTitle(code: string): string {
  const words = code.replaceAll(/[._-]+/g, " ").trim();
  return failureCodes[code]?.title ?? (words ? words[0]!.toUpperCase() + words.slice(1) : "Unknown failure");
}

/** The code, words and prospects of whatever a run threw. */
export function failureOf(thrown: unknown): { code: string; message: string; retryable: boolean } {
  const error = unwrapped(thrown);
  if (error instanceof GiveUp) return { code: error.code, message: error.message, retryable: false };
  if (error instanceof JobFailure || error instanceof RetryLater)
    return {
      code: error.code,
      message: error.message,
      retryable: failureCodes[error.code]?.retryable ?? true,
    };
  // What would be turned down today was accepted when the job was asked for.
  if (error instanceof Refused && failureCodes[error.code])
    return { code: error.code, message: error.message, retryable: false };
  const { name, message, code } =
    error instanceof Error
      ? (error as NodeJS.ErrnoException)
      : (new Error(String(error)) as NodeJS.ErrnoException);
  if (name === "AbortError") return { code: "job.cancelled", message, retryable: false };
  const known = systemCodes[code ?? ""] ?? (isForbidden(error) ? forbidden(error) : "internal");
  return { code: known, message, retryable: failureCodes[known]!.retryable };
}

/** What the database said, instead of the query that drizzle puts around it. */
function unwrapped(error: unknown): unknown {
  const isWrapped = error instanceof Error && error.name.startsWith("Drizzle");
  return isWrapped ? (error.cause ?? error) : error;
}

/** What the operating system and the database say when a result cannot be written. */
const systemCodes: Record<string, string> = {
  ENOSPC: "disk.full",
  EDQUOT: "disk.full",
  EROFS: "disk.readonly",
  SQLITE_FULL: "disk.full",
  SQLITE_READONLY: "disk.readonly",
};

/** Making and renaming is done in the data folder only; what else is refused is the input, which nobody may read. */
function forbidden(error: unknown): string {
  const made = ["mkdir", "mkdtemp", "rename", "unlink", "rmdir", "copyfile"];
  return made.includes((error as NodeJS.ErrnoException).syscall ?? "") ? "disk.readonly" : "input.unreadable";
}
