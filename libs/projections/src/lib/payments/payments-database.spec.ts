import { beforeEach, describe, expect, it } from "@jest/globals";
import { accountOf, currency, instant, merchantId, money, type OrderNumber, partitionOf, type PaymentId } from "@malipo/kernel";
import type { PaymentEvent } from "@malipo/payment-lifecycle";
import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { ChangeSet } from "./change-set.js";
import { type DatabaseFault, MemoryPaymentsDatabase } from "./memory-payments-database.js";
import type { PaymentsDatabase } from "./payments-database.js";
import { parkEvent, projectEvent } from "./project-event.js";
import type { EventRow } from "./rows.js";

const account = accountOf(merchantId("8f14e45fceea167a5a36dedd4bea2543"), "test");
const other = accountOf(merchantId("0f3c8ae1d2b94b7f9a6c5d4e3f201182"), "test");
const partition = partitionOf(account);
const usd = currency("USD");
const at = (seconds: number) => instant(1_790_000_000_000 + seconds * 1000);
const view = (version: number, status: string, reason?: string) => ({ version, status, type: `payment.${status}`, ...(reason !== undefined && { reason }) });

type Loose = Record<string, unknown> & { type: PaymentEvent["type"] };

const initiated = (paymentId: string, orderNumber: string, keyHash?: string): Loose => ({
  type: "PaymentInitiated",
  paymentId,
  at: at(0),
  orderNumber,
  reference: "order-1",
  amount: money(1000n, usd),
  method: "mobile_money",
  request: { scope: "kodipay", fingerprint: "print", ...(keyHash !== undefined && { keyHash }) },
  expiresAt: at(60),
  public: view(1, "pending"),
});
const started = (paymentId: string): Loose => ({
  type: "AttemptStarted", paymentId, at: at(1), attemptId: "a1", number: 1, provider: "pawapay", channelId: "c1", resolveBy: at(31), public: view(2, "processing"),
});
const completed = (paymentId: string): Loose => ({
  type: "PaymentCompleted", paymentId, at: at(2), attemptId: "a1", providerReference: "p-1", public: view(3, "completed"),
});

const position = (offset: number): Checkpoint => ({ offset, seq: offset, head: new Uint8Array(32).fill(offset), commandCursor: offset + 100, lastAt: at(offset) });

/** A batch as the projector makes it, from one event to the next. */
const batch = (from: number, events: readonly Loose[]) => {
  const changes = new ChangeSet();
  const versions = new Map<string, number>();
  events.forEach((event, index) => {
    const aggregateId = event["paymentId"] as string;
    const aggregateVersion = (versions.get(aggregateId) ?? (event.type === "PaymentInitiated" ? 0 : from)) + 1;
    versions.set(aggregateId, aggregateVersion);
    const row: EventRow = {
      partition, offset: from + index, seq: from + index + 1, aggregateId, aggregateVersion, type: `payments.${event.type}.v1`,
      value: new TextEncoder().encode("{}"), commandId: `c-${from + index}`, at: event["at"] as EventRow["at"], account,
    };
    changes.events.push(row);
    projectEvent(changes, row, event as unknown as PaymentEvent);
  });
  return { changes, moves: [{ partition, from, to: position(from + events.length) }] };
};

const p1 = "11111111111111111111111111111111" as PaymentId;
const p2 = "22222222222222222222222222222222" as PaymentId;
const n1 = "20260901A7K9P2XM1140" as OrderNumber;

/** What the projections' database promises, whichever it is. */
export const promises = (create: () => Promise<PaymentsDatabase>): void => {
  let database: PaymentsDatabase;
  beforeEach(async () => {
    database = await create();
  });
  const commit = (from: number, events: readonly Loose[]) => {
    const { changes, moves } = batch(from, events);
    return database.commit(changes, moves);
  };

  it("shows rows and checkpoint together, to their account alone", async () => {
    expect(await database.findPayment(account, partition, { orderNumber: n1 })).toEqual({ checkpoint: 0 });
    expect(await commit(0, [initiated(p1, n1), started(p1)])).toEqual({ kind: "ok" });
    const seen = await database.findPayment(account, partition, { orderNumber: n1 });
    expect(seen).toMatchObject({ checkpoint: 2, payment: { paymentId: p1, status: "processing", version: 2, amount: money(1000n, usd), resolveBy: at(31) } });
    expect(await database.findPayment(account, partition, { paymentId: p1 })).toEqual(seen);
    expect((await database.findPayment(other, partition, { orderNumber: n1 })).payment).toBeUndefined();
    expect(await database.checkpoints()).toEqual(new Map([[partition, position(2)]]));
  });

  it("comes to the same rows however the log is cut", async () => {
    const events = [initiated(p1, n1, "k"), started(p1), completed(p1)];
    await commit(0, events);
    const whole = await database.story({ paymentId: p1 });
    database = await create();
    for (const [index, event] of events.entries()) await commit(index, [event]);
    expect(await database.story({ paymentId: p1 })).toEqual(whole);
    expect(whole).toMatchObject({ payment: { status: "completed", version: 3, aggregateVersion: 3 }, attempts: [{ knowledge: "approved", firstReference: "p-1" }] });
  });

  it("applies nothing when the checkpoint is not where it was", async () => {
    await commit(0, [initiated(p1, n1)]);
    expect(await commit(0, [initiated(p2, "20260901A7K9P2XM1141")])).toEqual({ kind: "stale" });
    expect(await commit(5, [started(p1)])).toEqual({ kind: "stale" });
    expect((await database.findPayment(account, partition, { paymentId: p2 })).payment).toBeUndefined();
    expect((await database.findPayment(account, partition, { paymentId: p1 })).payment?.status).toBe("pending");
  });

  it("answers the decider from one snapshot", async () => {
    await commit(0, [initiated(p1, n1, "k"), started(p1)]);
    const key = { account, operation: "kodipay", keyHash: "k" };
    const answers = await database.lookup(new Map([[partition, { aggregateIds: [p1, p2], requestKeys: [key, { ...key, keyHash: "other" }], drawn: [n1, "free"] }]]));
    const answer = answers.get(partition)!;
    expect(answer.checkpoint).toBe(2);
    expect(answer.events.map(({ aggregateId, aggregateVersion, causation, offset }) => [aggregateId, aggregateVersion, causation, offset])).toEqual([
      [p1, 1, "c-0", 0],
      [p1, 2, "c-1", 1],
    ]);
    expect([...answer.requestKeys.values()]).toEqual([{ aggregateId: p1, fingerprint: "print" }]);
    expect([...answer.taken]).toEqual([n1]);
    expect((await database.findByRequestKey(account, partition, "kodipay", "k")).payment?.paymentId).toBe(p1);
  });

  it("tells a new owner the cursor and the open timers", async () => {
    expect(await database.takeOver(partition)).toEqual({ checkpoint: 0, timers: [] });
    await commit(0, [initiated(p1, n1), initiated(p2, "20260901A7K9P2XM1141"), started(p1)]);
    const taken = await database.takeOver(partition);
    expect(taken).toMatchObject({ checkpoint: 3, cursor: 103, lastAt: at(3) });
    expect([...taken.timers].sort((a, b) => (a.aggregateId < b.aggregateId ? -1 : 1))).toEqual([
      { aggregateId: p1, account, name: "resolveBy", dueAt: at(31) },
      { aggregateId: p2, account, name: "expiresAt", dueAt: at(60) },
    ]);
    await commit(3, [completed(p1)]);
    expect((await database.takeOver(partition)).timers.map(({ aggregateId }) => aggregateId)).toEqual([p2]);
  });

  it("lists reviews, and shows those that time has answered as resolved", async () => {
    await commit(0, [initiated(p1, n1), started(p1)]);
    await commit(2, [{ type: "ReviewOpened", paymentId: p1, at: at(31), reviewId: "unresolved-a1", kind: "unresolved", attemptId: "a1" }]);
    const filter = { includeResolved: false, limit: 10 };
    expect(await database.reviews(filter)).toMatchObject([{ reviewId: "unresolved-a1", orderNumber: n1, resolved: false, openedAt: at(31) }]);
    await commit(3, [completed(p1)]);
    expect(await database.reviews(filter)).toEqual([]);
    expect(await database.reviews({ ...filter, includeResolved: true })).toMatchObject([{ resolved: true }]);
  });

  it("leaves a payment as it is once an event of it could not be read", async () => {
    await commit(0, [initiated(p1, n1)]);
    const changes = new ChangeSet();
    const row = { partition, offset: 1, seq: 2, aggregateId: p1, aggregateVersion: 2, type: "payments.unheard.of.v1", value: new Uint8Array([0xff]), at: at(1), account };
    changes.events.push(row);
    parkEvent(changes, row);
    expect(await database.commit(changes, [{ partition, from: 1, to: position(2) }])).toEqual({ kind: "ok" });
    await commit(2, [started(p1)]);
    const { payment } = await database.findPayment(account, partition, { paymentId: p1 });
    expect(payment).toMatchObject({ status: "pending", parked: true });
    expect((await database.eventsFrom(partition, 1, 10)).rows.map(({ offset }) => offset)).toEqual([1, 2]);
  });

  it("tells with a page of events where the rows end", async () => {
    expect(await database.eventsFrom(partition, 0, 10)).toEqual({ rows: [], end: undefined });
    await commit(0, [initiated(p1, n1)]);
    await commit(1, [started(p1)]);
    const page = await database.eventsFrom(partition, 0, 1);
    expect([page.rows.map(({ offset }) => offset), page.end]).toEqual([[0], expect.objectContaining({ offset: 2 })]);
    expect(await database.eventsFrom(partition, 2, 10)).toMatchObject({ rows: [], end: { offset: 2 } });
  });

  it("keeps how far the public changes were told apart from the projections", async () => {
    await commit(0, [initiated(p1, n1)]);
    expect(await database.lifecycle.load()).toEqual(new Map());
    expect(await database.lifecycle.move([{ partition, from: 0, to: position(1) }])).toEqual({ kind: "ok" });
    expect(await database.lifecycle.move([{ partition, from: 0, to: position(1) }])).toEqual({ kind: "stale" });
    expect((await database.lifecycle.load()).get(partition)?.offset).toBe(1);
  });
};

describe("the projections' database, in memory", () => {
  promises(async () => new MemoryPaymentsDatabase());

  it("leaves a lost commit unknown, applied or not", async () => {
    const faults: DatabaseFault[] = ["lost_commit_dropped", "lost_commit_applied", "down"];
    const database = new MemoryPaymentsDatabase((access) => (access === "commit" ? (faults.shift() ?? "none") : "none"));
    const { changes, moves } = batch(0, [initiated(p1, n1)]);
    expect((await database.commit(changes, moves)).kind).toBe("unknown");
    expect((await database.checkpoints()).size).toBe(0);
    expect((await database.commit(changes, moves)).kind).toBe("unknown");
    expect((await database.checkpoints()).size).toBe(1);
    expect((await database.commit(changes, moves)).kind).toBe("failed");
    expect((await database.commit(changes, moves)).kind).toBe("stale");
  });
});
