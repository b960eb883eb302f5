import {
  LogUnavailableError,
  type AppendOutcome,
  type Ends,
  type EventLog,
  type Logger,
  type OutgoingRecord,
  type OwnedHandler,
  type OwnershipListener,
  type RecordSink,
  type StoredRecord,
  type Subscription,
  type Tail,
} from "@malipo/ports";
import { OwnedDelivery } from "../owned-delivery.js";
import type { Member, SimulatedBroker } from "./simulated-broker.js";
import { SimulatedFetch } from "./simulated-fetch.js";
import type { SimulatedScheduler } from "./simulated-time.js";

export type SimulatedEventLogOptions = Readonly<{
  broker: SimulatedBroker;
  /** The process this client lives in. */
  scheduler: SimulatedScheduler;
  logger: Logger;
  onFatal: (error: unknown) => void;
}>;

const requestTimeoutMs = 3_000;

/** One process's view of the simulated log. */
export class SimulatedEventLog implements EventLog {
  generation = 1;

  constructor(private readonly options: SimulatedEventLogOptions) {
    options.broker.onReconnect(() => (this.generation += 1));
  }

  append(topic: string, batches: ReadonlyMap<number, readonly OutgoingRecord[]>): Promise<ReadonlyMap<number, AppendOutcome>> {
    const { broker, scheduler } = this.options;
    const { faults, random, time } = broker;
    const { promise, resolve } = Promise.withResolvers<ReadonlyMap<number, AppendOutcome>>();
    const unknown = (cause: string): void => {
      resolve(new Map([...batches.keys()].map((partition) => [partition, { kind: "unknown", cause: new Error(cause) } as const])));
    };
    const arrive = (delayMs: number, then?: (bases: Map<number, number>) => void): void => {
      // The request is out: it arrives whatever becomes of the process that sent it.
      time.at(time.nowMs + delayMs, () => {
        if (!broker.accepts(topic, batches.keys())) return;
        const bases = broker.store(topic, batches);
        then?.(bases);
      });
    };
    const broken = (cause: string): void => {
      this.generation += 1;
      unknown(cause);
    };
    scheduler.after(requestTimeoutMs, () => unknown("no answer in time"));

    if (broker.strikes("lostRequest")) return promise;
    if (broker.strikes("lateAppend")) {
      arrive(random.share() * faults.lateMsMax);
      scheduler.after(broker.latencyMs(), () => broken("the connection was lost"));
      return promise;
    }
    const lost = broker.strikes("lostAcknowledgement");
    const reconnects = broker.strikes("reconnect");
    if (broker.strikes("duplicate")) arrive(broker.latencyMs() + random.share() * 1_000);
    arrive(broker.latencyMs(), (bases) => {
      const appendedAtMs = broker.records(topic, [...bases.keys()][0]!).at(-1)!.appendedAtMs;
      scheduler.after(broker.latencyMs(), () => {
        if (lost) return broken("the connection was lost");
        if (reconnects) this.generation += 1;
        const { generation } = this;
        resolve(new Map([...bases].map(([partition, baseOffset]) => [partition, { kind: "appended", baseOffset, generation, appendedAtMs }])));
      });
    });
    return promise;
  }

  ends(topic: string): Promise<ReadonlyMap<number, Ends>> {
    return this.#ask(() => new Map(this.options.broker.partitions(topic).map(({ records }, partition) => [partition, { start: 0, end: records.length }])));
  }

  read(topic: string, partition: number, offset: number): Promise<StoredRecord | undefined> {
    return this.#ask(() => this.options.broker.records(topic, partition)[offset]);
  }

  tail(topic: string, from: ReadonlyMap<number, number>, sink: RecordSink): Promise<Tail> {
    return this.#ask(() => {
      const fetch = new SimulatedFetch(this.options, topic, sink);
      for (const [partition, offset] of from) fetch.add(partition, offset);
      return fetch;
    });
  }

  consumeOwned(topic: string, group: string, handler: OwnedHandler): Promise<Subscription> {
    const { scheduler, logger, onFatal } = this.options;
    const fetch = new SimulatedFetch(this.options, topic, (partition, records) => handler.deliver(partition, records));
    const lanes = { add: fetch.add.bind(fetch), remove: fetch.remove.bind(fetch) };
    return this.own(topic, group, new OwnedDelivery(handler, lanes, scheduler, logger, onFatal)).then((membership) => ({
      stop: async () => {
        await Promise.all([membership.stop(), fetch.stop()]);
      },
    }));
  }

  own(topic: string, group: string, listener: OwnershipListener): Promise<Subscription> {
    const { broker, scheduler } = this.options;
    return this.#ask(() => {
      const member: Member = { scheduler, listener, owned: new Set(), generation: 0 };
      broker.join(group, topic, member);
      return {
        stop: () => {
          if (member.owned.size > 0) listener.revoked([...member.owned]);
          member.owned.clear();
          broker.leave(group, member);
          return Promise.resolve();
        },
      };
    });
  }

  #ask<Answer>(question: () => Answer): Promise<Answer> {
    const { broker, scheduler } = this.options;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const lost = !broker.reachable || broker.strikes("unanswered");
    scheduler.after(lost ? requestTimeoutMs : broker.latencyMs(), () => {
      if (lost || !broker.reachable) return reject(new LogUnavailableError("the simulated log does not answer"));
      const answer = question(); // as of now; it takes its time to come back
      scheduler.after(broker.latencyMs(), () => resolve(answer));
    });
    return promise;
  }
}
