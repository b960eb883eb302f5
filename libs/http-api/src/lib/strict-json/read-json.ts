import { JsonNumber, type JsonValue } from "./json-value.js";

/** The bytes are no JSON text that we read; answered with 400. `reason` is for people. */
export class UnreadableJsonError extends Error {
  readonly code = "unreadable_json";

  constructor(readonly reason: string) {
    super(reason);
    this.name = "UnreadableJsonError";
  }
}

/** Readable JSON that holds what no request of ours may hold; answered with 422. */
export class ForbiddenJsonError extends Error {
  readonly code = "forbidden_json";

  constructor(readonly field: string, readonly reason: string) {
    super(`${field}: ${reason}`);
    this.name = "ForbiddenJsonError";
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const whitespace = /[ \t\n\r]*/y;
/** Up to the next quote, escape, or control character. */
const plainText = /[^"\\\u0000-\u001f]*/y;
const hex4 = /[0-9a-fA-F]{4}/y;
const escapes: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const literals = [["true", true], ["false", false], ["null", null]] as const;
/** Names through which a careless copy would reach a prototype. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

type Open = { kind: "object"; value: Record<string, JsonValue>; key: string } | { kind: "array"; value: JsonValue[] };

/**
 * Reads one JSON text (RFC 8259) from its exact bytes, stricter than `JSON.parse`: UTF-8 only and without a byte order
 * mark, no name twice in an object, at most `depth` levels, no lone surrogates, nothing after the value. Works with a
 * stack of its own, so depth costs no call stack. Numbers that a JavaScript number cannot hold as they were written
 * (exponents, long ones) come as `JsonNumber`, so that a field that wants a number refuses them.
 * @throws UnreadableJsonError, ForbiddenJsonError
 */
export const readJson = (bytes: Uint8Array, depth = 32): JsonValue => {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    throw new UnreadableJsonError("the body is not UTF-8");
  }
  if (text.charCodeAt(0) === 0xfeff) throw new UnreadableJsonError("the body begins with a byte order mark");
  return new Reader(text, depth).read();
};

class Reader {
  private at = 0;
  private readonly open: Open[] = [];

  constructor(
    private readonly text: string,
    private readonly depth: number,
  ) {}

  read(): JsonValue {
    this.skip();
    if (this.at === this.text.length) throw new UnreadableJsonError("the body is empty");
    for (;;) {
      let value = this.start();
      if (value === undefined) continue; // an object or array was opened and is not empty
      for (;;) {
        const parent = this.open.at(-1);
        if (parent === undefined) return this.finish(value);
        if (parent.kind === "array") parent.value.push(value);
        else parent.value[parent.key] = value;
        this.skip();
        if (this.take(",")) {
          this.skip();
          if (parent.kind === "object") this.key(parent);
          break;
        }
        if (!this.take(parent.kind === "array" ? "]" : "}")) throw this.unexpected();
        value = parent.value;
        this.open.pop();
      }
    }
  }

  /** A finished value, or undefined when a non-empty object or array was opened. */
  private start(): JsonValue | undefined {
    const character = this.text[this.at];
    if (character === "{" || character === "[") return this.openUp(character);
    if (character === '"') return this.string();
    for (const [word, value] of literals) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  private openUp(bracket: "{" | "["): JsonValue | undefined {
    if (this.open.length >= this.depth) throw new UnreadableJsonError(`the body is nested more than ${this.depth} levels deep`);
    this.at += 1;
    this.skip();
    if (bracket === "[") {
      if (this.take("]")) return [];
      this.open.push({ kind: "array", value: [] });
      return undefined;
    }
    if (this.take("}")) return {};
    const object: Open = { kind: "object", value: {}, key: "" };
    this.open.push(object);
    this.key(object);
    return undefined;
  }

  private key(object: Open & { kind: "object" }): void {
    if (this.text[this.at] !== '"') throw this.unexpected();
    const key = this.string();
    if (Object.hasOwn(object.value, key)) throw new UnreadableJsonError("a name stands twice in one object");
    if (forbiddenKeys.has(key)) throw new ForbiddenJsonError(key, "this name is not allowed");
    object.key = key;
    this.skip();
    if (!this.take(":")) throw this.unexpected();
    this.skip();
  }

  private string(): string {
    this.at += 1;
    let result = "";
    for (;;) {
      result += this.match(plainText);
      const character = this.text[this.at];
      this.at += 1;
      if (character === '"') break;
      if (character !== "\\") throw new UnreadableJsonError("a text is not closed or holds a bare control character");
      result += this.escape();
    }
    if (!result.isWellFormed()) throw new UnreadableJsonError("a text holds half of a character");
    if (result.includes("\0")) throw new ForbiddenJsonError("text", "the character U+0000 is not allowed");
    return result;
  }

  private escape(): string {
    const letter = this.text[this.at] ?? "";
    this.at += 1;
    if (letter !== "u") {
      const plain = escapes[letter];
      if (plain === undefined || !Object.hasOwn(escapes, letter)) throw new UnreadableJsonError("a text holds an unknown escape");
      return plain;
    }
    const digits = this.match(hex4);
    if (digits === "") throw new UnreadableJsonError("a text holds an unknown escape");
    return String.fromCharCode(parseInt(digits, 16));
  }

  private number(): number | JsonNumber {
    const token = this.match(numberForm);
    if (token === "") throw this.unexpected();
    return JsonNumber.orPlain(token);
  }

  private finish(value: JsonValue): JsonValue {
    this.skip();
    if (this.at !== this.text.length) throw new UnreadableJsonError("something follows the JSON value");
    return value;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private skip(): void {
    const code = this.text.charCodeAt(this.at);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) this.match(whitespace);
  }

  private match(form: RegExp): string {
    form.lastIndex = this.at;
    const found = form.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private unexpected(): UnreadableJsonError {
    return new UnreadableJsonError(
      this.at >= this.text.length ? "the body ends too early" : `an unexpected character at position ${this.at}`,
    );
  }
}
