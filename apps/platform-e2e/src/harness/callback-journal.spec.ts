import { describe, expect, it } from "@jest/globals";
import { faultsInOrder, type CallbackBody } from "./callback-journal.js";

const told = (...versions: readonly number[]): readonly CallbackBody[] => versions.map((version) => ({ version, type: "payment.any" }) as CallbackBody);

describe("the order of a payment's callbacks", () => {
  it("takes each version after the one before it, and the same one again", () => {
    expect(faultsInOrder(told(2, 3, 4))).toEqual([]);
    expect(faultsInOrder(told(2, 2, 3, 3))).toEqual([]);
  });

  it.each([[told(3)], [told(2, 4)], [told(2, 3, 2)], [told(3, 2)]])("finds a gap and a step back", (callbacks) => {
    expect(faultsInOrder(callbacks)).not.toEqual([]);
  });
});
