import { describe, expect, it } from "@jest/globals";
import { UndecodableError, UnknownTypeError, contract, implied, listOf, shape, shapeOf, text, wholeNumber, wireTable } from "./index.js";

type Shipped = Readonly<{ type: "Shipped"; parcels: readonly string[]; weightGrams: number }>;

/** Version 1 knew one parcel, version 2 several, version 3 weighs them in grams. */
const table = wireTable<Shipped>({
  Shipped: contract(
    "goods.order.shipped",
    shapeOf<Shipped>({ type: implied("Shipped"), parcels: listOf(text), weightGrams: wholeNumber }),
    { codec: shape({ parcel: text, weightKilos: wholeNumber }), upcast: ({ parcel, ...rest }) => ({ ...rest, parcels: [parcel] }) },
    {
      codec: shape({ parcels: listOf(text), weightKilos: wholeNumber }),
      upcast: ({ weightKilos, ...rest }) => ({ ...rest, weightGrams: (weightKilos as number) * 1_000 }),
    },
  ),
});

describe("a type with a past", () => {
  const now: Shipped = { type: "Shipped", parcels: ["a"], weightGrams: 2_000 };

  it("is written in its newest version", () => {
    expect(table.encode(now)).toEqual({ type: "goods.order.shipped.v3", value: { parcels: ["a"], weightGrams: 2_000 } });
    expect(table.wireType("Shipped")).toBe("goods.order.shipped.v3");
  });

  it("is read in every version as if it were the newest", () => {
    expect(table.decode("goods.order.shipped.v1", { parcel: "a", weightKilos: 2 })).toEqual(now);
    expect(table.decode("goods.order.shipped.v2", { parcels: ["a"], weightKilos: 2 })).toEqual(now);
    expect(table.decode("goods.order.shipped.v3", { parcels: ["a"], weightGrams: 2_000 })).toEqual(now);
  });

  it("is judged by the version that it says it is", () => {
    expect(() => table.decode("goods.order.shipped.v1", { parcels: ["a"], weightKilos: 2 })).toThrow(UndecodableError);
    expect(() => table.decode("goods.order.shipped.v2", { parcels: ["a"], weightGrams: 2_000 })).toThrow(UndecodableError);
  });

  it("publishes the schema of every version", () => {
    expect([...table.schemas.keys()].sort()).toEqual(["goods.order.shipped.v1", "goods.order.shipped.v2", "goods.order.shipped.v3"]);
  });
});

describe("a type that nobody here knows", () => {
  it.each(["goods.order.shipped.v4", "goods.order.shipped", "goods.order.lost.v1", "toString", ""])("is told apart from a broken one: %p", (type) => {
    expect(() => table.decode(type, {})).toThrow(UnknownTypeError);
  });
});
