import { decodePaymentCommand, encodePaymentEvent, fromJsonBytes, toHeaders, toJsonBytes } from "@malipo/event-contracts";
import { type ChainListener, type ChainPosition, ChainRecord, type CommandOptions, type OutgoingCommand } from "@malipo/event-log";
import { type Account, type OrderNumber, type PaymentId, partitionOf } from "@malipo/kernel";
import { type Payment, type PaymentCommand, type PaymentEvent, decide, evolve, initialPayment } from "@malipo/payment-lifecycle";
import type { Clock, OutgoingRecord, OwnedHandler, OwnershipListener, StoredRecord } from "@malipo/ports";
import type { EventsTail } from "../track-payments/events-tail.js";

const PARTITIONS = 12;
const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** The events topic with the real decisions behind it, and the evidence topic, in memory. */
export class WorldLog {
  readonly events: ChainRecord[][] = all.map(() => []);
  readonly refused: string[] = [];
  readonly tails = new Set<WorldTail>();
  readonly evidence: StoredRecord[][] = all.map(() => []);
  readonly parked: OutgoingRecord[] = [];
  private readonly payments = new Map<PaymentId, Payment>();
  private readonly consumers = new Set<OwnedHandler>();
  /** Commands wait here while the decider is away. */
  held: (() => void)[] | undefined;
  /** The wire type under which an event is written, where it is not the present version's. */
  wireType: (event: PaymentEvent) => string | undefined = () => undefined;

  constructor(private readonly clock: Clock) {}

  payment(id: PaymentId): Payment {
    return this.payments.get(id) ?? initialPayment;
  }

  history(id: PaymentId): readonly PaymentEvent[] {
    return this.histories.get(id) ?? [];
  }

  private readonly histories = new Map<PaymentId, PaymentEvent[]>();

  command(command: PaymentCommand, account: Account, id = "test"): void {
    const decideNow = (): void => {
      const payment = this.payment(command.paymentId);
      const decision = decide(command, payment, { at: this.clock.now(), orderNumber: "20270115AAAAAAAA1100" as OrderNumber });
      if (decision.kind === "refuse") this.refused.push(`${command.type} ${decision.reason} ${JSON.stringify(decision.details ?? {})}`);
      if (decision.kind === "record") this.append(decision.event, account, id);
    };
    if (this.held === undefined) decideNow();
    else this.held.push(decideNow);
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const decideNow of held) decideNow();
  }

  readonly send = (command: OutgoingCommand, { account }: CommandOptions): Promise<{ partition: number; offset: number }> => {
    this.command(decodePaymentCommand(command.type, fromJsonBytes(command.value)), account, command.id);
    return Promise.resolve({ partition: partitionOf(account), offset: 0 });
  };

  readonly evidenceWriter = {
    write: async (partition: number, record: OutgoingRecord) => {
      const stored = { ...record, topic: "providers.evidence.v1", partition, offset: this.evidence[partition]!.length, appendedAtMs: 0 };
      this.evidence[partition]!.push(stored);
      for (const handler of this.consumers) void handler.deliver(partition, [stored]);
      return { partition, offset: stored.offset };
    },
  };

  readonly parkedWriter = {
    write: async (partition: number, record: OutgoingRecord) => {
      this.parked.push(record);
      return { partition, offset: 0 };
    },
  };

  async consume(handler: OwnedHandler): Promise<{ stop(): Promise<void> }> {
    for (const partition of all) {
      const from = await handler.takeOver(partition, new AbortController().signal);
      const left = this.evidence[partition]!.slice(from);
      if (left.length > 0) void handler.deliver(partition, left);
    }
    this.consumers.add(handler);
    return { stop: async () => void this.consumers.delete(handler) };
  }

  detach(handler: OwnedHandler): void {
    this.consumers.delete(handler);
  }

  private append(event: PaymentEvent, account: Account, causation: string): void {
    this.payments.set(event.paymentId, evolve(this.payment(event.paymentId), event));
    this.histories.set(event.paymentId, [...this.history(event.paymentId), event]);
    const partition = partitionOf(account);
    const { type, value } = encodePaymentEvent(event);
    const offset = this.events[partition]!.length;
    const envelope = { id: `${partition}-${offset}`, source: "/test", type: this.wireType(event) ?? type, time: event.at, subject: event.paymentId, account, causation };
    const headers = toHeaders(envelope);
    const fields = { topic: "payments.events.v1", partition, offset, key: event.paymentId, value: toJsonBytes(value), headers };
    this.events[partition]!.push(new ChainRecord({ ...fields, appendedAtMs: 0, seq: offset + 1, digest: new Uint8Array(32) }));
    for (const tail of this.tails) tail.wake();
  }
}

/** One router's reading of the events; can be paused, as by a slow broker. */
export class WorldTail implements EventsTail {
  readonly partitions = PARTITIONS;
  paused = false;
  private listener: ChainListener | undefined;
  private readonly at = new Map<number, ChainPosition>();
  private pumping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly log: WorldLog) {}

  subscribe(listener: ChainListener): () => void {
    this.listener = listener;
    return () => (this.listener = undefined);
  }

  start(from: ReadonlyMap<number, ChainPosition> = new Map()): Promise<void> {
    for (const partition of all) this.at.set(partition, from.get(partition) ?? { offset: 0, seq: 0, head: new Uint8Array(32) });
    this.log.tails.add(this);
    this.wake();
    return Promise.resolve();
  }

  position(partition: number): ChainPosition {
    return this.at.get(partition)!;
  }

  async catchUp(partition: number): Promise<void> {
    while (!this.stopped && this.position(partition).offset < this.log.events[partition]!.length) await new Promise((resolve) => setImmediate(resolve));
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.log.tails.delete(this);
    return this.pumping;
  }

  wake(): void {
    this.pumping = this.pumping.then(() => this.pump());
  }

  private async pump(): Promise<void> {
    for (const partition of all) {
      if (this.stopped || this.paused) return;
      const { offset } = this.position(partition);
      const records = this.log.events[partition]!.slice(offset);
      const last = records.at(-1);
      if (last === undefined) continue;
      const after = { offset: last.offset + 1, seq: last.seq, head: last.digest };
      this.at.set(partition, after);
      await this.listener?.(partition, records, after);
    }
  }
}

export const ownAll = (listener: OwnershipListener): Promise<{ stop(): Promise<void> }> => {
  listener.assigned(all);
  return Promise.resolve({ stop: async () => listener.revoked(all) });
};
