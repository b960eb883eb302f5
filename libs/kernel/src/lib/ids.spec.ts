import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type OrderNumber, type PaymentMethod, drawOrderNumber, isOrderNumber, partitionOfOrderNumber } from "./ids.js";
import { instant } from "./instant.js";
import { PARTITION_COUNT } from "./partition.js";

const at = instant(Date.UTC(2026, 3, 15, 23, 40, 59, 999));

describe("an order number", () => {
  it("says the UTC date, the method, and the minute", () => {
    const drawn = drawOrderNumber(at, "mobile_money", 0, () => 0);
    expect(drawn).toBe("20260415000000001140");
    expect(drawOrderNumber(at, "bank", 11, (bound) => bound - 1)).toBe("20260415ZZZZZZZZ1440");
  });

  it("names its partition by its first random character", () => {
    expect(partitionOfOrderNumber("20260415A7K9P2XM1140" as OrderNumber)).toBe(10);
    expect(partitionOfOrderNumber("20260415C7K9P2XM1140" as OrderNumber)).toBe(0);
    fc.assert(
      fc.property(
        fc.nat(PARTITION_COUNT - 1),
        fc.constantFrom<PaymentMethod>("mobile_money", "wallet", "card", "bank"),
        fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
        fc.infiniteStream(fc.nat(1_000)),
        (partition, method, date, random) => {
          const drawn = drawOrderNumber(instant(date.getTime()), method, partition, (bound) => random.next().value % bound);
          expect(isOrderNumber(drawn)).toBe(true);
          expect(partitionOfOrderNumber(drawn)).toBe(partition);
        },
      ),
    );
  });

  it("uses all its characters in every partition", () => {
    for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
      const firsts = [0, 1, 2].map((third) => drawOrderNumber(at, "card", partition, (bound) => third % bound).charAt(8));
      expect(new Set(firsts).size).toBe(3);
    }
  });

  it.each(["", "20260415A7K9P2XM114", "20260415a7k9p2xm1140", "20260415A7K9P2XM11400", "2026041-A7K9P2XM1140", "20260415A7K9P2XM1140\n"])("is not %j", (text) => {
    expect(isOrderNumber(text)).toBe(false);
  });
});
