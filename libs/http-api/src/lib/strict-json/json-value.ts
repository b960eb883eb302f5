/** No JavaScript number has a longer text without an exponent that it would give back digit for digit. */
const plainLengthMax = 400;

/** A number whose text a JavaScript number would not give back: written with an exponent, too long, or minus zero. */
export class JsonNumber {
  private constructor(readonly text: string) {}

  /** A plain number where it is exactly what was written (trailing zeros of decimals aside), else its text. */
  static orPlain(token: string): number | JsonNumber {
    if (token.length > plainLengthMax || /[eE]/.test(token)) return new JsonNumber(token);
    const significant = token.includes(".") ? withoutTrailingZeros(token) : token;
    const number = Number(token);
    return String(number) === significant && !Object.is(number, -0) ? number : new JsonNumber(token);
  }
}

/** In one pass: a pattern such as `0+$` would try every zero of a long row of them as a beginning. */
const withoutTrailingZeros = (token: string): string => {
  let end = token.length;
  while (token[end - 1] === "0") end -= 1;
  return token.slice(0, token[end - 1] === "." ? end - 1 : end);
};

export type JsonValue = string | number | boolean | null | JsonNumber | readonly JsonValue[] | JsonValue[] | { [name: string]: JsonValue };

/**
 * One text per meaning: names sorted by code unit, no white space. For fingerprints. Recursion is bounded by the depth
 * that the reader allowed.
 */
export const canonicalJson = (value: JsonValue): string => {
  if (value instanceof JsonNumber) return value.text;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonicalJson).join(",")}]`;
  const object = value as { [name: string]: JsonValue };
  return `{${Object.keys(object)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name]!)}`)
    .join(",")}}`;
};
