import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { PARTITION_COUNT, murmur2, partitionOf } from "./partition.js";

describe("the partition of a key", () => {
  // The figures of Kafka's own Java client; the last two have bytes beyond ASCII.
  it.each([
    ["", 9],
    ["a", 4],
    ["abc", 3],
    ["8f14e45fceea167a5a36dedd4bea2543", 0],
    ["0f3c8ae1d2b94b7f9a6c5d4e3f201182", 9],
    ["héllo", 6],
    ["支付", 7],
  ])("of %j is %d", (key, partition) => expect(partitionOf(key)).toBe(partition));

  it("is one of the partitions, for any text", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (key) => {
        expect(partitionOf(key)).toBeGreaterThanOrEqual(0);
        expect(partitionOf(key)).toBeLessThan(PARTITION_COUNT);
        expect(Number.isInteger(murmur2(key)) && murmur2(key) >= 0 && murmur2(key) < 2 ** 32).toBe(true);
      }),
    ));

  it("spreads accounts evenly", () => {
    const counts = new Array<number>(PARTITION_COUNT).fill(0);
    for (let n = 0; n < 12_000; n += 1) counts[partitionOf(`${n.toString(16).padStart(32, "0")}/test`)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});
