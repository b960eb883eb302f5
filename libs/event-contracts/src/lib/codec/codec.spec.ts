import { describe, expect, it } from "@jest/globals";
import { currency, money as moneyOf } from "@malipo/kernel";
import {
  UndecodableError,
  type Codec,
  flag,
  fromJsonBytes,
  id,
  implied,
  instant,
  listOf,
  literal,
  mapOf,
  money,
  nullable,
  oneOf,
  optional,
  shape,
  shapeOf,
  text,
  union,
  wholeNumber,
  wholeText,
} from "./index.js";

const refuses = <Value>(codec: Codec<Value>, ...values: readonly unknown[]): void => {
  for (const value of values) expect(() => codec.decode(value)).toThrow(UndecodableError);
};
const roundTrip = <Value>(codec: Codec<Value>, value: Value): Value => codec.decode(JSON.parse(JSON.stringify(codec.encode(value))));

describe("a scalar", () => {
  it("refuses every other type", () => {
    refuses(text, 1, null, undefined, {}, ["a"], true);
    refuses(id(), "", 7);
    refuses(flag, "true", 0, null);
    refuses(wholeNumber, -1, 1.5, "1", 2 ** 53, Number.NaN, null);
    refuses(wholeText, 1, "1.0", "01", "", "1e3");
    refuses(oneOf(["a", "b"]), "c", "toString", "__proto__", null);
    refuses(literal("a"), "b");
  });

  it("keeps whole numbers of any size as text", () => expect(roundTrip(wholeText, -(2n ** 64n))).toBe(-(2n ** 64n)));
});

describe("a time on the wire", () => {
  it("is RFC 3339 in UTC, to the millisecond", () => expect(instant.encode(instant.decode("2026-04-15T12:40:00.5+02:00"))).toBe("2026-04-15T10:40:00.500Z"));
  it("is refused in any other form", () => refuses(instant, "2026-04-15", "2026-04-15T10:40:00", "2026-02-30T00:00:00Z", "yesterday", 1776249600000, null));
});

describe("money on the wire", () => {
  it("has exactly the currency's decimals", () => {
    expect(money.encode(moneyOf(5n, currency("USD")))).toEqual({ amount: "0.05", currency: "USD" });
    expect(money.encode(moneyOf(5000n, currency("UGX")))).toEqual({ amount: "5000", currency: "UGX" });
    expect(money.encode(moneyOf(5n, currency("KWD")))).toEqual({ amount: "0.005", currency: "KWD" });
  });

  it("is never a number, never negative, never rounded, and of a known currency", () =>
    refuses(
      money,
      { amount: 10, currency: "USD" },
      { amount: "-1.00", currency: "USD" },
      { amount: "0.005", currency: "USD" },
      { amount: "1.00", currency: "usd" },
      { amount: "1.00", currency: "XXX" },
      { amount: "1e2", currency: "USD" },
      { amount: "1.00" },
      "1.00 USD",
      null,
    ));
});

describe("a shape", () => {
  type Parcel = Readonly<{ type: "Parcel"; name: string; weight?: number }>;
  const parcel = shapeOf<Parcel>({ type: implied("Parcel"), name: text, weight: optional(wholeNumber) });

  it("leaves out what is implied and what is absent", () => {
    expect(parcel.encode({ type: "Parcel", name: "a" })).toEqual({ name: "a" });
    expect(parcel.decode({ name: "a" })).toEqual({ type: "Parcel", name: "a" });
  });

  it("passes over fields that it does not know", () => expect(parcel.decode({ name: "a", weight: 2, colour: "red" })).toEqual({ type: "Parcel", name: "a", weight: 2 }));

  it("refuses a missing field, a null, and what is no object", () => refuses(parcel, {}, { name: null }, { name: "a", weight: null }, [], "a", null, { weight: 2 }));

  it("does not encode without a field that it needs", () => expect(() => parcel.encode({ type: "Parcel" } as Parcel)).toThrow(TypeError));

  it("names the place of a fault, and never what stood there", () => {
    const nested = shape({ parcels: listOf(parcel), notes: optional(mapOf(text)) });
    expect(() => nested.decode({ parcels: [{ name: "a" }, { name: 254700000000 }] })).toThrow("parcels.1.name: must be a text");
    expect(() => nested.decode({ parcels: [], notes: { a: 1 } })).toThrow("notes.a: must be a text");
    expect(() => nested.decode({ parcels: {} })).toThrow("parcels: must be a list");
  });

  it("takes a prototype's name for a name", () => {
    const map = mapOf(text).decode(JSON.parse('{"__proto__":"a"}'));
    expect(Object.keys(map)).toEqual(["__proto__"]);
    refuses(shape({ toString: text }), {});
    refuses(shape({ constructor: text }), {});
  });

  it("reads null where null is meant", () => expect(roundTrip(shape({ a: nullable(text) }), { a: null })).toEqual({ a: null }));
});

describe("a union", () => {
  const answer = union("kind", {
    yes: shape({ kind: literal("yes"), count: wholeNumber }),
    no: shape({ kind: literal("no"), why: text }),
  });

  it("is read by its word", () => {
    expect(answer.decode({ kind: "yes", count: 2 })).toEqual({ kind: "yes", count: 2 });
    expect(roundTrip(answer, { kind: "no", why: "late" })).toEqual({ kind: "no", why: "late" });
  });

  it("refuses other words and the fields of another member", () => {
    refuses(answer, { kind: "maybe" }, {}, null, { kind: "yes", why: "late" });
    expect(() => answer.encode({ kind: "maybe" } as never)).toThrow(TypeError);
  });
});

describe("a record's value", () => {
  it("is refused when it is not JSON in UTF-8", () => {
    expect(() => fromJsonBytes(new TextEncoder().encode("{"))).toThrow(UndecodableError);
    expect(() => fromJsonBytes(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(UndecodableError);
  });
});
