import { headerText } from "@malipo/event-contracts";
import { ChainReader, genesisPosition, recordDigest } from "@malipo/event-log";
import type { StoredRecord } from "@malipo/ports";

export type PartitionReport = Readonly<{ partition: number; records: number; valid: number; void: number; seq: number; head: string; faults: readonly string[] }>;

/** A head that was noted earlier: the record of this seq must have had this digest. */
export type KnownHead = Readonly<{ seq: number; head: string }>;

/** How many digests back a record that lost its race may reach: far beyond any batch under way. */
const rememberedMax = 50_000;
const faultsShown = 5;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/**
 * Walks one chain. Void records are part of normal life: they lost a race and continue from a record that was valid, or
 * from another that lost. One that continues from nothing that is there says that a record was changed or taken out.
 */
export class ChainWalk {
  readonly #reader: ChainReader;
  readonly #seen = new Set<string>();
  readonly #faults: string[] = [];
  #records = 0;
  #faultCount = 0;

  constructor(
    topic: string,
    private readonly partition: number,
    partitions: number,
    private readonly known?: KnownHead,
  ) {
    const genesis = genesisPosition(topic, partition, partitions);
    this.#reader = new ChainReader(genesis);
    this.#remember(hex(genesis.head));
    if (known?.seq === 0 && known.head !== hex(genesis.head)) this.#fault("the first digest is another than the one noted");
  }

  read(record: StoredRecord): void {
    this.#records += 1;
    const result = this.#reader.accept(record);
    if (result === "gap") this.#fault(`records before offset ${record.offset} are missing`);
    else if (result === "void") this.#readVoid(record);
    else if (result !== "known") {
      const digest = hex(result.digest);
      this.#remember(digest);
      if (this.known?.seq === result.seq && this.known.head !== digest) this.#fault(`seq ${result.seq} has another digest than the one noted`);
    }
  }

  report(): PartitionReport {
    const { seq, head } = this.#reader.position;
    if (this.known !== undefined && seq < this.known.seq) this.#fault(`the chain ends at seq ${seq}, but seq ${this.known.seq} was noted`);
    const more = this.#faultCount - this.#faults.length;
    const faults = more > 0 ? [...this.#faults, `and ${more} more`] : this.#faults;
    return { partition: this.partition, records: this.#records, valid: seq, void: this.#records - seq, seq, head: hex(head), faults };
  }

  #readVoid(record: StoredRecord): void {
    const prev = record.headers["ce_prev"];
    const seq = Number(headerText(record.headers["ce_seq"]));
    if (prev === undefined || typeof prev === "string" || !Number.isSafeInteger(seq)) return this.#fault(`offset ${record.offset} is no record of a chain`);
    if (!this.#seen.has(hex(prev))) this.#fault(`offset ${record.offset} continues from a record that is not there`);
    this.#remember(hex(recordDigest(prev, seq, record)));
  }

  #remember(digest: string): void {
    this.#seen.add(digest);
    if (this.#seen.size <= rememberedMax) return;
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest);
      return;
    }
  }

  #fault(what: string): void {
    this.#faultCount += 1;
    if (this.#faults.length < faultsShown) this.#faults.push(what);
  }
}
