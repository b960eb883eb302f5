import { describe, expect, it } from "@jest/globals";
import { encodePaymentEvent, headerText, type PaymentEventCodec, paymentEventCodec, toJsonBytes } from "@malipo/event-contracts";
import type { TopicWriter } from "@malipo/event-log";
import { SeededRandom, SimulatedScheduler, SimulatedTime, silentLogger } from "@malipo/event-log/simulated";
import { type OrderNumber, type PaymentId, currency, instant, money, partitionOf } from "@malipo/kernel";
import type { OutgoingRecord } from "@malipo/ports";
import { type Checkpoint, ChangeSet, type EventRow } from "@malipo/projections";
import { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import { newAccount } from "../testing/test-app.js";
import { LifecyclePublisher } from "./lifecycle-publisher.js";

const account = newAccount();
const partition = partitionOf(account);
const at = instant(1_790_000_000_000);
const position = (offset: number): Checkpoint => ({ offset, seq: offset, head: new Uint8Array(32) });

const row = (offset: number): EventRow => {
  const paymentId = offset.toString(16).padStart(32, "0") as PaymentId;
  const view = {
    version: 2, type: "payment.failed", status: "failed", reference: `r${offset}`, orderNumber: "20260101AAAAAAAA1100" as OrderNumber,
    amount: money(100n, currency("KES")), method: "mobile_money",
  } as const;
  const { type, value } = encodePaymentEvent({ type: "PaymentCancelled", paymentId, at, by: "merchant", public: view });
  return { partition, offset, seq: offset + 1, aggregateId: paymentId, aggregateVersion: 2, type, value: toJsonBytes(value), at, account };
};

describe("the publisher of public changes", () => {
  const time = new SimulatedTime(new SeededRandom(1));
  const database = new MemoryPaymentsDatabase();
  const told: string[] = [];
  const write = (_partition: number, { headers }: OutgoingRecord) => {
    told.push(headerText(headers["ce_id"])!);
    return Promise.resolve({ partition, offset: told.length });
  };
  const publisher = new LifecyclePublisher({
    database, writer: { write } as unknown as TopicWriter, scheduler: new SimulatedScheduler(time), logger: silentLogger, failpoint: () => undefined,
  });
  const commit = async (from: number, rows: readonly EventRow[]): Promise<Checkpoint> => {
    const changes = new ChangeSet();
    changes.events.push(...rows);
    const to = position(from + rows.length);
    expect(await database.commit(changes, [{ partition, from, to }])).toEqual({ kind: "ok" });
    return to;
  };

  it("tells what comes back after the tables were emptied, as far as it has come back", async () => {
    const rows = [row(0), row(1), row(2)];
    const to = await commit(0, rows);
    publisher.assigned([partition]);
    database.empty();
    await commit(0, rows.slice(0, 1)); // the log is being read again
    publisher.committed(partition, rows, 0, to); // what the first commit still had to say
    await time.run(() => false, 1_000);
    expect(told).toEqual([`${partition}-1`]);
    publisher.committed(partition, rows.slice(1), 1, await commit(1, rows.slice(1)));
    await time.run(() => false, 1_000);
    expect(told).toEqual([1, 2, 3].map((seq) => `${partition}-${seq}`));
  });

  it("waits before what only the next version can read, and that one tells it in its place", async () => {
    told.length = 0;
    const rows = [3, 4, 5].map((offset) => (offset === 4 ? { ...row(offset), type: "payments.payment.cancelled.v2", unread: true as const } : row(offset)));
    const to = await commit(3, rows);
    publisher.committed(partition, rows, 3, to);
    await time.run(() => false, 1_000);
    expect(told).toEqual([`${partition}-4`]);
    const codec: PaymentEventCodec = { ...paymentEventCodec, decode: (type, value) => paymentEventCodec.decode(type.replace(/v2$/, "v1"), value) };
    const next = new LifecyclePublisher({
      database, codec, writer: { write } as unknown as TopicWriter, scheduler: new SimulatedScheduler(time), logger: silentLogger, failpoint: () => undefined,
    });
    await publisher.stop();
    next.assigned([partition]);
    await time.run(() => false, 1_000);
    expect(told).toEqual([4, 5, 6].map((seq) => `${partition}-${seq}`));
  });
});
