import { decodeMerchantEvent, fromJsonBytes } from "@malipo/event-contracts";
import type { ChainTail, TopicWriter } from "@malipo/event-log";
import { type MerchantId, isMerchantId, partitionOf } from "@malipo/kernel";
import { type MerchantDirectory, stateRecord } from "@malipo/merchant-directory";
import { type Merchant, type MerchantState, evolve, initialMerchant } from "@malipo/merchant-lifecycle";
import type { Clock, EventLog, Logger, OwnershipListener, Scheduler, Subscription } from "@malipo/ports";
import type { MerchantEventsReader } from "@malipo/projections";
import { failpoint } from "@malipo/runtime";
import type { MerchantsProjector } from "../project-merchants/merchants-projector.js";

const GROUP = "auth-token-state";
const RETRY_MS = 500;
const MERCHANTS_AT_ONCE = 200;

export type StatePublisherPorts = Readonly<{
  log: EventLog;
  tail: ChainTail;
  writer: TopicWriter;
  events: MerchantEventsReader;
  directory: MerchantDirectory;
  clock: Clock;
  scheduler: Scheduler;
  logger: Logger;
}>;

/**
 * Tells merchants.state.v1 what the events of a merchant add up to: after each event, and at a take-over wherever the
 * topic is behind. It also looks at what stands there: an older state behind a newer one (of a slow former owner) would be
 * the one that compaction keeps, so the newer is written once more.
 */
export class StatePublisher implements OwnershipListener {
  private readonly owned = new Set<number>();
  private readonly dirty = new Set<MerchantId>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private membership: Subscription | undefined;

  constructor(
    private readonly ports: StatePublisherPorts,
    private readonly projector: () => MerchantsProjector,
    private readonly source: string,
  ) {}

  async start(): Promise<void> {
    const { log, tail, directory } = this.ports;
    directory.subscribe((state, stale) => {
      if (stale) this.mark([state.merchantId]);
    });
    this.membership = await log.own(tail.topic, GROUP, this);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error("the publisher is stopped"));
    await this.membership?.stop();
    await this.running;
  }

  /** The merchants' events are in the table now. */
  projected(aggregateIds: readonly string[]): void {
    // A refused command is an aggregate of its own, under the command's UUID.
    this.mark(aggregateIds.filter(isMerchantId));
  }

  assigned(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.owned.add(partition);
      void this.reconcile(partition);
    }
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) this.owned.delete(partition);
  }

  /** The former owner may have decided and died before it told: compares the whole partition once. */
  private async reconcile(partition: number): Promise<void> {
    const { tail, events, directory, logger, scheduler } = this.ports;
    while (this.owned.has(partition) && !this.stopping.signal.aborted) {
      try {
        await tail.catchUp(partition, undefined, this.stopping.signal);
        await this.projector().whenProjected(partition, tail.position(partition).offset);
        const [versions] = [await events.versions(partition), await directory.caughtUp()];
        this.mark([...versions].filter(([id, version]) => directory.version(id) < version).map(([id]) => id as MerchantId));
        return;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        logger.warn({ error, partition }, "merchant states cannot be compared now");
        await scheduler.sleep(RETRY_MS, this.stopping.signal).catch(() => undefined);
      }
    }
  }

  private mark(merchantIds: readonly MerchantId[]): void {
    for (const id of merchantIds) if (this.owned.has(partitionOf(id))) this.dirty.add(id);
    if (this.dirty.size > 0) this.running ??= this.run();
  }

  private async run(): Promise<void> {
    await this.ports.scheduler.yield();
    while (this.dirty.size > 0 && !this.stopping.signal.aborted) {
      const ids = [...this.dirty].slice(0, MERCHANTS_AT_ONCE);
      for (const id of ids) this.dirty.delete(id);
      try {
        await this.publish(ids);
      } catch (error) {
        for (const id of ids) this.dirty.add(id);
        this.ports.logger.warn({ error, merchants: ids.length }, "merchant states cannot be published now");
        await this.ports.scheduler.sleep(RETRY_MS, this.stopping.signal).catch(() => undefined);
      }
    }
    this.running = undefined; // in the same turn as the last look, or a revocation that came just now would wait
  }

  private async publish(ids: readonly MerchantId[]): Promise<void> {
    const { writer, clock } = this.ports;
    const states = await this.fold(ids);
    if (states.length > 0) failpoint("auth-token.after_recorded_before_acted");
    await Promise.all(
      states.map((state) => {
        const { partition, record } = stateRecord(state, clock.now(), this.source);
        return writer.write(partition, record);
      }),
    );
    if (states.length > 0) failpoint("auth-token.after_acted_before_outcome");
  }

  private async fold(ids: readonly MerchantId[]): Promise<readonly MerchantState[]> {
    const { events, logger } = this.ports;
    const states = new Map<string, Merchant>();
    const unreadable = new Set<string>();
    for (const { aggregateId, type, value, offset } of await events.eventsOf(ids)) {
      if (unreadable.has(aggregateId)) continue;
      try {
        const event = decodeMerchantEvent(type, fromJsonBytes(value));
        if (event.type === "MerchantCommandRefused") continue;
        states.set(aggregateId, evolve(states.get(aggregateId) ?? initialMerchant(aggregateId as MerchantId), event));
      } catch (error) {
        // Its last published state stands until a version that can read the event is deployed.
        unreadable.add(aggregateId);
        logger.error({ error, merchantId: aggregateId, type, offset }, "a merchant's events cannot be folded");
      }
    }
    return [...states].flatMap(([id, state]) => (state.kind === "absent" || unreadable.has(id) ? [] : [state]));
  }
}
