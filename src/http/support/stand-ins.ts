// Takes out of text what a stranger need not know: secrets always, people and places by stand-ins. The same thing has the
// same stand-in throughout one bundle, so that "file-3.mp4 failed twice" can still be read. Where it is not plain what
// belongs to a name, rather too much is taken than too little.

import { mediaExtensions } from "../../library/media-types.ts";

export interface Known {
  /** Exact words and what stands for them: names of people, folders. Folders only count where paths are taken out. */
  people: { email: string; name: string }[];
  folders: { path: string; standIn: string }[];
  /** Paths and names of files stay. */
  withPaths: boolean;
}

export const removed = "[removed]";

export class StandIns {
  private readonly numbers = new Map<string, number>();
  private readonly marks: string[] = [];
  private readonly marked = new Map<string, string>();
  private readonly words: { pattern: RegExp; mark: string }[];

  constructor(private readonly known: Known) {
    const folders = known.withPaths ? [] : known.folders;
    const words = [
      ...known.people.flatMap(({ email, name }) => {
        const mark = this.person(email);
        return [email, name].map((word) => ({ word, mark }));
      }),
      ...folders.map(({ path, standIn }) => ({ word: path, mark: this.mark(path, standIn) })),
    ];
    this.words = words
      .filter(({ word }) => word.length > 1)
      .sort((a, b) => b.word.length - a.word.length)
      .map(({ word, mark }) => ({ pattern: wholeWord(word), mark }));
  }

  /** `label`: the file it is about, whose name is taken out as it stands. */
  inText(text: string, label?: string): string {
    let clean = withoutSecrets(text.replace(/[\uE000\uE001]/g, ""));
    clean = clean.replace(
      addresses,
      (_, scheme, host, port = "") => `${scheme}${this.numbered("host", host)}${port}`,
    );
    for (const { pattern, mark } of this.words) clean = clean.replace(pattern, mark);
    clean = clean.replace(emails, (email) => this.person(email)).replace(ipv4, (ip) => this.host(ip));
    if (!this.known.withPaths) clean = this.withoutPlaces(clean, label);
    return this.told(clean);
  }

  /** The name of one file, whatever it looks like. */
  file(name: string): string {
    return this.known.withPaths ? this.inText(name) : this.told(this.fileMark(name));
  }

  /** Every string in a value; what is named like a secret is removed whatever it holds. */
  inValue<T>(value: T): T {
    if (typeof value === "string") return this.inText(value) as T;
    if (Array.isArray(value)) return value.map((one) => this.inValue(one)) as T;
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    const parts = Object.entries(value).map(([key, part]) => [this.inText(key), this.under(key, part)]);
    return Object.fromEntries(parts) as T;
  }

  private under(key: string, part: unknown): unknown {
    if (secretName.test(key) && part !== null && part !== "" && part !== false) return removed;
    if (/^(address|ip|host(name)?)$/i.test(key) && typeof part === "string")
      return this.told(this.host(part));
    return this.inValue(part);
  }

  private withoutPlaces(text: string, label: string | undefined): string {
    let clean = text;
    if (label) {
      const mark = this.fileMark(label);
      for (const name of [label, label.slice(label.lastIndexOf("/") + 1)])
        if (name.length > 2) clean = clean.replaceAll(name, mark);
    }
    return clean
      .replace(quotedNames, (_, before, name, after) => `${before}${this.fileMark(name)}${after}`)
      .replace(bareNames, (name) => `${/^\s*/.exec(name)![0]}${this.fileMark(name.trim())}`)
      .replace(belowFolders, (_, folder, rest) => `${folder}/${this.fileMark(rest)}`)
      .replace(paths, (path) => (isOfSystem(path) ? path : this.fileMark(path)));
  }

  private fileMark(name: string): string {
    const extension = /\.[a-z0-9]{2,4}$/i.exec(name)?.[0].toLowerCase() ?? "";
    return this.marked.get(name) ?? this.mark(name, `${this.next("file")}${extension}`);
  }

  private person(name: string): string {
    const key = name.toLowerCase();
    return this.marked.get(key) ?? this.mark(key, this.next("person"));
  }

  private host(name: string): string {
    return everyones.test(name) ? name : this.numbered("host", name.toLowerCase());
  }

  private numbered(what: string, name: string): string {
    if (everyones.test(name)) return name;
    return this.marked.get(`${what} ${name}`) ?? this.mark(`${what} ${name}`, this.next(what));
  }

  /** A mark that no later rule takes for text. */
  private mark(name: string, standIn: string): string {
    const mark = `\uE000${this.marks.push(standIn) - 1}\uE001`;
    this.marked.set(name, mark);
    return mark;
  }

  private next(what: string): string {
    const n = (this.numbers.get(what) ?? 0) + 1;
    this.numbers.set(what, n);
    return `${what}-${n}`;
  }

  private told(text: string): string {
    return text.replace(/\uE000(\d+)\uE001/g, (_, n) => this.marks[Number(n)]!);
  }
}

/** Passwords in addresses, values named like secrets, and our own tokens wherever they stand. */
function withoutSecrets(text: string): string {
  return text
    .replace(/([a-z][\w+.-]*:\/\/)[^\s/@"']+@/gi, "$1")
    .replace(/\bspr_[\w-]{8,}/g, removed)
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${removed}`)
    .replace(namedSecrets, (_, name, between) => `${name}${between}${removed}`);
}

const secretName = /pass(word|wd)?$|secret|token$|api_?key|cookie|authori[sz]ation|credential|session_?id/i;
const namedSecrets =
  /\b([\w-]*(?:password|passwd|secret|token|api[_-]?key|authori[sz]ation|cookie|session[_-]?id|invite|setup))("?\s*[=:]\s*"?)(?!\[removed\])(?!(?:bearer|basic)\s)[^\s"',;&}]+/gi;
/** What stands behind the host may be a secret too. */
const addresses = /\b([a-z][\w+.-]*:\/\/)([^\s/:"'<>]+)(:\d+)?[^\s"'<>]*/gi;
const emails = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const ipv4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g;
const everyones = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|::1?|\[::1?\])$/i;
const ending = mediaExtensions.join("|");
/** Quoted, a name may hold anything. */
const quotedNames = new RegExp(`(["“'‘])([^"“”'‘’\\n\uE000\uE001]*\\.(?:${ending}))(["”'’])`, "gi");
/** Bare, it begins at the last mark that separates. */
const bareNames = new RegExp(`[^\\n:"'“”‘’=,;()\\[\\]<>|\uE000\uE001]*\\.(?:${ending})\\b`, "gi");
const belowFolders = /(\uE000\d+\uE001)\/([^\n:"'“”‘’=,;()[\]<>|\uE000\uE001]+)/g;
/** Two steps and more; one alone (`/`, `and/or`) says nothing. */
const paths =
  /(?<![\w:/.\uE001-])\/(?:[^\s"'“”:,;()[\]<>|/\uE000\uE001]+\/)+[^\s"'“”:,;()[\]<>|\uE000\uE001]*/g;

/** Our own addresses and programs of the system tell what was going on, and nothing of anybody. */
function isOfSystem(path: string): boolean {
  return /^\/(?:api|admin|live|static|usr|bin|lib|proc|sys|dev)\//.test(path);
}

function wholeWord(word: string): RegExp {
  return new RegExp(`(?<![\\w])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w])`, "gi");
}
