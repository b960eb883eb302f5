import { describe, expect, it } from "@jest/globals";
import type { PaymentsDatabase } from "@malipo/projections";
import type { OrderNumber } from "@malipo/kernel";
import { newAccount } from "../../testing/test-app.js";
import { PaymentReader } from "./payment-reader.js";
import type { ReadBarrier } from "./read-barrier.js";

const orderNumber = "20260415A7K9P2XM1140" as OrderNumber;

describe("reads while the database is slow", () => {
  it("are refused beyond a bound by account, beyond another for all, and taken again once it answers", async () => {
    const slow = Promise.withResolvers<undefined>();
    let asked = 0;
    const barrier = {
      read: () => {
        asked += 1;
        return slow.promise;
      },
    } as unknown as ReadBarrier;
    const reader = new PaymentReader({} as PaymentsDatabase, barrier);
    const greedy = newAccount();
    const outcomes = Array.from({ length: 300 }, () => reader.byOrderNumber(greedy, orderNumber).then(() => "read", (error: { code: string }) => error.code));
    expect(asked).toBe(200);
    const others = Array.from({ length: 2_000 }, () => reader.byReference(newAccount(), "r").catch(() => undefined));
    expect(asked).toBe(1_000);
    slow.resolve(undefined);
    const told = await Promise.all(outcomes);
    expect(told.filter((one) => one === "temporarily_unavailable")).toHaveLength(100);
    await Promise.all(others);
    await reader.byOrderNumber(greedy, orderNumber);
    expect(asked).toBe(1_001);
  });
});
