import { headerText } from "@malipo/event-contracts";
import type { AppendOutcome, OutgoingRecord } from "@malipo/ports";
import { ChainReader, genesisPosition } from "../chain/chain-reader.js";
import type { ChainRecord } from "../chain/chain-record.js";
import { prevHeader, seqHeader } from "../chain/digest.js";
import { SimulatedBroker } from "./simulated-broker.js";
import { SimulatedEventLog, type SimulatedEventLogOptions } from "./simulated-event-log.js";

/**
 * Rules that look right and are not. They are put where the chain meets the log, so that nothing of the chain has to bend:
 * a check that stays green with one of them in place checks nothing.
 */
export type WrongRule = "bare_acknowledgement" | "sequence_number";

export const brokerBy = (rule: WrongRule | undefined, ...options: ConstructorParameters<typeof SimulatedBroker>): SimulatedBroker =>
  rule === "sequence_number" ? new CountingBroker(...options) : new SimulatedBroker(...options);

export const logBy = (rule: WrongRule | undefined, options: SimulatedEventLogOptions): SimulatedEventLog =>
  rule === "bare_acknowledgement" ? new TrustedLog(options) : new SimulatedEventLog(options);

/** A record with the next number continues the chain here, whatever it was written after: as if there were no digest. */
class CountingBroker extends SimulatedBroker {
  readonly #readers = new Map<string, ChainReader>();

  override store(topic: string, batches: ReadonlyMap<number, readonly OutgoingRecord[]>): Map<number, number> {
    const bases = new Map<number, number>();
    for (const [partition, records] of batches) {
      for (const record of records) {
        const base = this.#storeOne(topic, partition, record);
        bases.set(partition, bases.get(partition) ?? base);
      }
    }
    return bases;
  }

  #storeOne(topic: string, partition: number, record: OutgoingRecord): number {
    const reader = this.#reader(topic, partition);
    const { seq, head } = reader.position;
    const isNext = headerText(record.headers[seqHeader]) === String(seq + 1);
    const stored = isNext ? { ...record, headers: { ...record.headers, [prevHeader]: head } } : record;
    const base = super.store(topic, new Map([[partition, [stored]]])).get(partition)!;
    reader.accept(this.records(topic, partition)[base]!);
    return base;
  }

  #reader(topic: string, partition: number): ChainReader {
    const name = `${topic}/${partition}`;
    const reader = this.#readers.get(name) ?? new ChainReader(genesisPosition(topic, partition, this.partitions(topic).length));
    this.#readers.set(name, reader);
    return reader;
  }
}

/** Every acknowledged append is said to stand where its writer expected it, and by the connection it was sent on. */
class TrustedLog extends SimulatedEventLog {
  override async append(topic: string, batches: ReadonlyMap<number, readonly OutgoingRecord[]>): Promise<ReadonlyMap<number, AppendOutcome>> {
    const { generation } = this;
    const outcomes = await super.append(topic, batches);
    return new Map(
      [...outcomes].map(([partition, outcome]) => {
        const baseOffset = (batches.get(partition)![0] as ChainRecord).offset;
        return [partition, outcome.kind === "appended" && baseOffset !== undefined ? { ...outcome, baseOffset, generation } : outcome];
      }),
    );
  }
}
