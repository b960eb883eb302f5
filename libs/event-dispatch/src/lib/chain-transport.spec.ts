import "reflect-metadata";
import { describe, expect, it } from "@jest/globals";
import { type ChainListener, ChainRecord, genesisPosition } from "@malipo/event-log";
import { Controller, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { EventPattern, Payload } from "@nestjs/microservices";
import { ChainTransport } from "./chain-transport.js";

const seen: string[] = [];

@Controller()
class Watcher {
  @EventPattern("payments.payment.completed.v1")
  async completed(@Payload() record: ChainRecord): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${record.key}@${record.offset}`);
  }

  @EventPattern("payments.payment.failed.v1")
  failed(@Payload() record: ChainRecord): void {
    throw new Error(`cannot apply ${record.key}`);
  }
}

@Module({ controllers: [Watcher] })
class WatcherModule {}

const record = (offset: number, key: string, type: string) =>
  new ChainRecord({
    topic: "payments.events.v1", partition: 0, offset, key, value: new Uint8Array(), headers: { ce_type: type }, appendedAtMs: 0, seq: offset + 1, digest: new Uint8Array(32),
  });

const start = async () => {
  let listener: ChainListener | undefined;
  const faults: string[] = [];
  const batches: number[] = [];
  const strategy = new ChainTransport({
    tail: { subscribe: (given) => ((listener = given), () => (listener = undefined)) },
    afterBatch: (_partition, after) => void batches.push(after.offset),
    onFault: (error, { offset }) => void faults.push(`${offset}: ${String(error)}`),
  });
  const app = await NestFactory.createMicroservice(WatcherModule, { strategy, logger: false });
  await app.listen();
  const hand = (...records: ChainRecord[]) => listener?.(0, records, { ...genesisPosition("payments.events.v1", 0, 12), offset: records.at(-1)!.offset + 1 });
  return { app, hand, faults, batches, stopped: () => listener === undefined };
};

describe("dispatch by event type", () => {
  it("calls the handler of each type in the order of the log, and then says how far it came", async () => {
    seen.length = 0;
    const { app, hand, batches, stopped } = await start();
    const first = hand(record(0, "a", "payments.payment.completed.v1"), record(1, "b", "payments.unheard.of.v1"));
    await Promise.all([first, hand(record(2, "c", "payments.payment.completed.v1"))]);
    expect([seen, batches]).toEqual([["a@0", "c@2"], [2, 3]]);
    await app.close();
    expect(stopped()).toBe(true);
  });

  it("stops at an event that its handler fails on, and skips nothing", async () => {
    seen.length = 0;
    const { app, hand, faults, batches } = await start();
    await hand(record(0, "a", "payments.payment.failed.v1"), record(1, "b", "payments.payment.completed.v1"));
    await hand(record(2, "c", "payments.payment.completed.v1"));
    expect([seen, batches]).toEqual([[], []]);
    expect(faults).toHaveLength(1);
    await app.close();
  });
});
