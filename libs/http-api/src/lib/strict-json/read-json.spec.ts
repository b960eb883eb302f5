import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { canonicalJson, JsonNumber } from "./json-value.js";
import { readJson } from "./read-json.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => readJson(bytes(text));

describe("the strict JSON reader", () => {
  it("reads whatever JSON.stringify writes, to the same value", () => {
    const simple = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie("value"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(fc.property(simple, (value) => expect(read(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))), { numRuns: 300 });
  });

  it("agrees with JSON.parse on what is JSON at all", () => {
    const fragments = fc.array(fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"b"', "1", "-", ".5", "true", "nul", " ", "0", '"', "\\"), { maxLength: 9 });
    const accepts = (parse: () => unknown): boolean => {
      try {
        parse();
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fragments, (parts) => {
        const text = parts.join("");
        const twice = /"([ab])":[^]*"\1":/.test(text);
        if (!twice) expect(accepts(() => read(text))).toBe(accepts(() => JSON.parse(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["nothing", ""],
    ["white space", "  "],
    ["a name twice", '{"a":1,"a":2}'],
    ["a name twice, once escaped", '{"a":1,"\\u0061":2}'],
    ["something after the value", "{} {}"],
    ["a trailing comma", "[1,]"],
    ["a comment", "{/* */}"],
    ["NaN", '{"a":NaN}'],
    ["a leading zero", '{"a":01}'],
    ["a bare control character", '{"a":"\n"}'],
    ["an unknown escape", '{"a":"\\x41"}'],
    ["a lone surrogate", '{"a":"\\ud800"}'],
    ["a byte order mark", "\ufeff{}"],
    ["20,000 levels", "[".repeat(20_000)],
    ["33 levels", "[".repeat(33) + "]".repeat(33)],
  ])("refuses %s", (_what, text) => expect(() => read(text)).toThrow(expect.objectContaining({ code: "unreadable_json" })));

  it.each([
    ["overlong", [0x22, 0xc0, 0xaf, 0x22]],
    ["cut", [0x22, 0xe2, 0x82, 0x22]],
    ["encoded surrogates", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["UTF-16", [0xff, 0xfe, 0x7b, 0x00]],
  ])("refuses bytes that are no UTF-8: %s", (_what, raw) =>
    expect(() => readJson(Uint8Array.from(raw))).toThrow(expect.objectContaining({ code: "unreadable_json" })),
  );

  it.each(["__proto__", "constructor", "prototype"])("refuses the name %s at any level", (name) =>
    expect(() => read(`{"a":[{"${name}":{}}]}`)).toThrow(expect.objectContaining({ code: "forbidden_json" })),
  );

  it("keeps 32 levels", () => expect(() => read("[".repeat(32) + "]".repeat(32))).not.toThrow());

  it("gives numbers that would lose something as their text", () => {
    expect(read('[1,10.50,-3,0.1]')).toEqual([1, 10.5, -3, 0.1]);
    for (const token of ["1e3", "1E-2", "-0", "12345678901234567890", "0.1234567890123456789"]) {
      expect(read(token)).toBeInstanceOf(JsonNumber);
      expect((read(token) as JsonNumber).text).toBe(token);
    }
  });

  it("writes one canonical text whatever the order and white space", () => {
    expect(canonicalJson(read('{"b": [1, 1e2], "a": {"d":null,"c":"é"}}'))).toBe('{"a":{"c":"é","d":null},"b":[1,1e2]}');
    expect(canonicalJson(read('{"a":{"c":"\\u00e9","d":null},"b":[1,1e2]}'))).toBe('{"a":{"c":"é","d":null},"b":[1,1e2]}');
  });
});
