/** A number whose text a JavaScript number would not give back: written with an exponent, too long, or minus zero. */
export class JsonNumber {
  private constructor(readonly text: string) {}

  /** A plain number where it is exactly what was written (trailing zeros of decimals aside), else its text. */
  static orPlain(token: string): number | JsonNumber {
    if (/[eE]/.test(token)) return new JsonNumber(token);
    const significant = token.includes(".") ? token.replace(/0+$/, "").replace(/\.$/, "") : token;
    const number = Number(token);
    return String(number) === significant && !Object.is(number, -0) ? number : new JsonNumber(token);
  }
}

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
