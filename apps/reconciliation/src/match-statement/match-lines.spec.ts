import { describe, expect, it } from "@jest/globals";
import { type Account, type AttemptId, type OrderNumber, type PaymentId, type ProviderId, currency, instant, money } from "@malipo/kernel";
import type { LineDigest } from "@malipo/statement-matching";
import { InMemoryReconciliationStore } from "../keep-reconciliation/in-memory-reconciliation-store.js";
import { pairLines } from "./match-lines.js";

const provider = "daraja" as ProviderId;
const amount = money(1_000n, currency("KES"));
const at = instant(1_800_000_000_000);

describe("a line whose account number may be a payer's", () => {
  it("finds its attempt by it, and is recorded without it", async () => {
    const store = new InMemoryReconciliationStore();
    const paymentId = "254712345678aaaaaaaaaaaaaaaaaaaa" as PaymentId;
    const attemptId = "attempt" as AttemptId;
    const changes = [
      { kind: "payment", paymentId, account: `${"a".repeat(32)}/test` as Account, orderNumber: "o" as OrderNumber, amount },
      { kind: "started", paymentId, attemptId, provider, at, keys: ["254712345678"] },
      { kind: "known", attemptId, at, standing: "charged" },
    ] as const;
    const after = { topic: "payments.events.v1", partition: 0, offset: 3, seq: 3, head: new Uint8Array() };
    await store.apply([{ from: 0, after, items: changes.map((item, offset) => ({ offset, item })) }], []);
    const said = { digest: "d" as LineDigest, provider, kind: "charge", transactionId: "TJ1", keys: ["tj1"], outcome: "completed", amount, at } as const;
    const [pair] = await pairLines(store, provider, [{ ...said, hints: ["254712345678"] }]);
    expect(pair).toMatchObject({ attempt: { attemptId } });
    expect(pair!.line).toEqual({ ...said, attemptId });
  });
});
