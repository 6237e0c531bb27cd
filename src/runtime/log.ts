// The server's own log on stdout, as text for people or JSON for collectors. One field name for a job everywhere: `job_id`.

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Record<string, unknown>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The newest lines that were written, oldest first: for a support bundle. */
  recent?(): LogLine[];
}

export interface LogLine {
  time: string;
  level: LogLevel;
  message: string;
  fields: LogFields;
}

/** So many lines are remembered. */
const mostRecent = 500;

const order: LogLevel[] = ["debug", "info", "warn", "error"];

export function createLogger(
  form: "text" | "json",
  level: LogLevel,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Logger {
  const recent: LogLine[] = [];
  const at =
    (mine: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (order.indexOf(mine) < order.indexOf(level)) return;
      const time = new Date().toISOString();
      recent.push({ time, level: mine, message, fields: plain(fields) });
      if (recent.length > mostRecent) recent.shift();
      if (form === "json") write(`${JSON.stringify({ time, level: mine, message, ...plain(fields) })}\n`);
      else write(`${time} ${mine.toUpperCase().padEnd(5)} ${message}${inText(plain(fields))}\n`);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    recent: () => [...recent],
  };
}

/** About what is tried over and over: a failure is said when it begins or becomes another, not at every turn of a full night. */
export class Complaint {
  private said: string | undefined;

  constructor(
    private readonly log: Logger,
    private readonly message: string,
  ) {}

  failed(error: unknown): void {
    if (this.said !== String(error)) this.log.error(this.message, { error });
    this.said = String(error);
  }

  worked(): void {
    this.said = undefined;
  }
}

export const silentLogger: Logger = createLogger("text", "error", () => {});

function plain(fields: LogFields): LogFields {
  const error = fields.error;
  if (!(error instanceof Error)) return fields;
  return { ...fields, error: error.message, stack: error.stack };
}

function inText(fields: LogFields): string {
  const { stack, ...rest } = fields;
  const pairs = Object.entries(rest).map(
    ([key, value]) => ` ${key}=${typeof value === "string" ? JSON.stringify(value) : value}`,
  );
  return pairs.join("") + (stack ? `\n${stack}` : "");
}
