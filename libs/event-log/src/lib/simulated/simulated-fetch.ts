import type { RecordSink, Tail } from "@malipo/ports";
import type { SimulatedBroker } from "./simulated-broker.js";
import type { SimulatedScheduler } from "./simulated-time.js";

type Lane = { next: number; busy: boolean };

/** Long polls of one simulated consumer: batches are cut where the seed says. */
export class SimulatedFetch implements Tail {
  readonly #lanes = new Map<number, Lane>();
  readonly #unwatch: () => void;
  #scheduled = false;
  #stopped = false;

  constructor(
    private readonly options: Readonly<{ broker: SimulatedBroker; scheduler: SimulatedScheduler; onFatal: (error: unknown) => void }>,
    private readonly topic: string,
    private readonly deliver: RecordSink,
  ) {
    this.#unwatch = options.broker.watch(topic, () => this.#poll());
  }

  add(partition: number, offset: number): void {
    this.#lanes.set(partition, { next: offset, busy: false });
    this.#poll();
  }

  remove(partition: number): void {
    this.#lanes.delete(partition);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    return Promise.resolve();
  }

  #poll(): void {
    if (this.#scheduled || this.#stopped) return;
    const { broker, scheduler } = this.options;
    if (scheduler.dead) return this.#unwatch(); // nobody is left to read for
    this.#scheduled = true;
    scheduler.after(broker.latencyMs() + broker.latencyMs(), () => {
      this.#scheduled = false;
      if (this.#stopped) return;
      if (!broker.reachable) return void scheduler.after(200, () => this.#poll());
      for (const [partition, lane] of this.#lanes) if (!lane.busy) this.#fetch(partition, lane);
    });
  }

  #fetch(partition: number, lane: Lane): void {
    const { broker, onFatal } = this.options;
    const all = broker.records(this.topic, partition);
    const records = all.slice(lane.next, lane.next + broker.random.between(1, 50));
    if (records.length === 0) return;
    lane.next += records.length;
    if (lane.next < all.length) this.#poll();
    try {
      const delivery = this.deliver(partition, records);
      if (delivery === undefined) return;
      lane.busy = true;
      delivery.catch(onFatal).finally(() => {
        lane.busy = false;
        this.#poll();
      });
    } catch (error) {
      onFatal(error);
    }
  }
}
