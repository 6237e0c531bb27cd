// Where a text stops being JSON, for people: the engine's own message names no place.

/** Undefined when it is JSON. */
export function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return placeOf(text);
  }
}

function placeOf(text: string): string {
  const reader = new Reader(text);
  try {
    reader.value();
    reader.end();
    return "This is no JSON.";
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const before = text.slice(0, fault.at).split("\n");
    return `Line ${before.length}, column ${before.at(-1)!.length + 1}: ${fault.message}`;
  }
}

class Fault extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const string = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(): void {
    const next = this.peek();
    if (next === "{") this.list("}", () => this.member());
    else if (next === "[") this.list("]", () => this.value());
    else if (next === '"') this.string();
    else if (!this.take(scalar))
      this.fail(next === "" ? "a value is missing at the end" : `${next} is no value`);
  }

  end(): void {
    if (this.peek() !== "") this.fail("the text goes on after its end");
  }

  private member(): void {
    if (this.peek() !== '"') this.fail("a name in double quotes belongs here");
    this.string();
    if (this.peek() !== ":") this.fail("a colon belongs here");
    this.at++;
    this.value();
  }

  private list(close: string, one: () => void): void {
    this.at++;
    if (this.peek() === close) {
      this.at++;
      return;
    }
    for (;;) {
      one();
      const next = this.peek();
      this.at++;
      if (next === close) return;
      if (next !== ",") {
        this.at--;
        this.fail(`a comma or ${close} belongs here`);
      }
      if (this.peek() === close) this.fail("a comma too many before this");
    }
  }

  private string(): void {
    if (!this.take(string))
      this.fail("the text that begins here has no end, or holds what JSON does not allow");
  }

  private take(what: RegExp): boolean {
    what.lastIndex = this.at;
    const found = what.exec(this.text);
    if (!found) return false;
    this.at = what.lastIndex;
    return true;
  }

  /** The next character that is not space, and goes there. */
  private peek(): string {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at++;
    return this.text[this.at] ?? "";
  }

  private fail(message: string): never {
    throw new Fault(this.at, message);
  }
}
