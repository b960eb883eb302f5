import type { PaymentEventCodec } from "@malipo/event-contracts";
import type { Logger, Metrics, Scheduler, Timer } from "@malipo/ports";
import { heldRecord } from "@malipo/projections";
import { callbackOfEvent } from "./callback-of-event.js";
import type { Applied, CallbackStore, ReadAtLast } from "./callback-store.js";
import type { DeliveryKeeper } from "./delivery-keeper.js";

type Options = Readonly<{
  store: CallbackStore;
  keeper: DeliveryKeeper;
  scheduler: Scheduler;
  logger: Logger;
  metrics: Metrics;
  codec?: PaymentEventCodec;
  onReleased: (applied: Applied) => void;
}>;

const lookMs = 5_000;

/**
 * Looks for records that some version could not read and this one can, and owes their callbacks. At the start, and now and
 * then: while two versions run, the older one may be the faster with a record, and the newer one then passes it over.
 */
export class HeldEvents {
  #timer: Timer | undefined;
  #stopped = false;

  constructor(private readonly options: Options) {}

  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const { keeper, logger, scheduler } = this.options;
    // The keeper's line, so that what it reads and tells is in the order of the transactions.
    await keeper.between(() => this.#release()).catch((error: unknown) => logger.warn({ error }, "held records cannot be looked at now, trying again"));
    if (!this.#stopped) this.#timer = scheduler.after(lookMs, () => void this.#look());
  }

  async #release(): Promise<void> {
    const { codec, store, logger, metrics, onReleased } = this.options;
    const held = await store.held();
    const read = held.flatMap((event): ReadAtLast[] => {
      try {
        return [{ event, callback: callbackOfEvent(heldRecord(event), codec) }];
      } catch {
        return []; // it was put on record as parked when it was held
      }
    });
    const readable = new Set(read.map(({ event }) => event));
    const left = held.filter((event) => !readable.has(event));
    if (read.length > 0) {
      onReleased(await store.release(read));
      logger.info({ records: read.length }, "records that an older version could not read are read");
    }
    metrics.gauge("held_payments", new Set(left.map(({ paymentId }) => paymentId)).size, { consumer: "callbacks" });
  }
}
