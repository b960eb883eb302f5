import { type Instant, type Money, currencyCodes, formatAmount, formatInstant, isCurrencyCode, parseAmount, parseInstant } from "@malipo/kernel";
import { type Codec, type JsonSchema, undecodable } from "./codec.js";

const asIs = <Value>(value: Value): unknown => value;

const scalar = <Value>(schema: JsonSchema, decode: (json: unknown) => Value, encode: (value: Value) => unknown = asIs): Codec<Value> => ({
  encode,
  decode,
  jsonSchema: () => schema,
});

export const text: Codec<string> = scalar({ type: "string" }, (json) => (typeof json === "string" ? json : undecodable("must be a text")));

/** A text with a name of its own in the types, such as an id. It is not empty; its finer form is its maker's business. */
export const id = <Id extends string>(): Codec<Id> =>
  scalar({ type: "string", minLength: 1 }, (json) =>
    typeof json === "string" && json !== "" ? (json as Id) : undecodable("must be a text that is not empty"),
  );

/** A text of the given form, such as an id of foreign make. */
export const textLike = <Text extends string = string>(form: RegExp): Codec<Text> =>
  scalar({ type: "string", pattern: form.source }, (json) =>
    typeof json === "string" && form.test(json) ? (json as Text) : undecodable(`must be a text like ${form.source}`),
  );

export const flag: Codec<boolean> = scalar({ type: "boolean" }, (json) => (typeof json === "boolean" ? json : undecodable("must be true or false")));

export const wholeNumber: Codec<number> = scalar({ type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, (json) =>
  Number.isSafeInteger(json) && (json as number) >= 0 ? (json as number) : undecodable("must be a whole number"),
);

/** A `bigint` as decimal text, since JSON numbers lose digits beyond 2^53. */
export const wholeText: Codec<bigint> = scalar(
  { type: "string", pattern: "^-?(0|[1-9][0-9]{0,29})$" },
  (json) => (typeof json === "string" && /^-?(0|[1-9][0-9]{0,29})$/.test(json) ? BigInt(json) : undecodable("must be a whole number as a text")),
  String,
);

/** RFC 3339 text in UTC with milliseconds. */
export const instant: Codec<Instant> = scalar(
  { type: "string", format: "date-time" },
  (json) => {
    if (typeof json !== "string") return undecodable("must be an RFC 3339 time");
    try {
      return parseInstant(json);
    } catch {
      return undecodable("must be an RFC 3339 time");
    }
  },
  formatInstant,
);

/** `{"amount":"10.00","currency":"USD"}` with exactly the currency's decimals; never negative. */
export const money: Codec<Money> = {
  encode: (value) => ({ amount: formatAmount(value), currency: value.currency }),
  decode: (json) => {
    if (typeof json !== "object" || json === null) return undecodable("must be an amount with its currency");
    const { amount, currency } = json as { amount?: unknown; currency?: unknown };
    if (typeof currency !== "string" || !isCurrencyCode(currency)) return undecodable("currency must be an active ISO 4217 code");
    if (typeof amount !== "string") return undecodable("amount must be a decimal text");
    const parsed = parseAmount(amount, currency);
    return typeof parsed === "string" ? undecodable(`amount is ${parsed}`) : parsed;
  },
  jsonSchema: () => ({
    type: "object",
    required: ["amount", "currency"],
    properties: {
      amount: { type: "string", pattern: "^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,18})?$" },
      currency: { enum: [...currencyCodes()].sort() },
    },
  }),
};

export const literal = <const Word extends string>(word: Word): Codec<Word> =>
  scalar({ const: word }, (json) => (json === word ? word : undecodable(`must be "${word}"`)));

export const oneOf = <const Word extends string>(words: readonly Word[]): Codec<Word> => {
  const known: ReadonlySet<unknown> = new Set(words);
  const refusal = `must be one of ${words.join(", ")}`;
  return scalar({ enum: [...words] }, (json) => (known.has(json) ? (json as Word) : undecodable(refusal)));
};

/** Any JSON value, handed through. */
export const anything: Codec<unknown> = scalar({}, asIs);
