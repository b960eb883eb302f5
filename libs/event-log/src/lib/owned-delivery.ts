import { LogUnavailableError, type Logger, type OwnedHandler, type OwnershipListener, type Scheduler } from "@malipo/ports";

export type Lanes = Readonly<{ add: (partition: number, offset: number) => void; remove: (partition: number) => void }>;

const retryMs = 200;

/** From "this partition is yours" to records: takes it over, delivers from where the take-over says, hands it over. */
export class OwnedDelivery implements OwnershipListener {
  readonly #owned = new Map<number, AbortController>();

  constructor(
    private readonly handler: OwnedHandler,
    private readonly lanes: Lanes,
    private readonly scheduler: Scheduler,
    private readonly logger: Logger,
    private readonly onFatal: (error: unknown) => void,
  ) {}

  assigned(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const going = new AbortController();
      this.#owned.set(partition, going);
      void this.#takeOver(partition, going.signal);
    }
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#owned.get(partition)?.abort(new Error(`partition ${partition} went elsewhere`));
      this.#owned.delete(partition);
      this.lanes.remove(partition);
      this.handler.handOver(partition);
    }
  }

  async #takeOver(partition: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const offset = await this.handler.takeOver(partition, signal);
        if (!signal.aborted) this.lanes.add(partition, offset);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof LogUnavailableError)) return this.onFatal(error);
        this.logger.warn({ partition, error }, "a partition could not be taken over yet");
        await this.scheduler.sleep(retryMs);
      }
    }
  }
}
