import type { Logger, Scheduler } from "@malipo/ports";
import type { RouterStore } from "../track-payments/router-store.js";

type Ports = Readonly<{ store: RouterStore; scheduler: Scheduler; logger: Logger }>;

const SAVE_EVERY_MS = 100;
const RETRY_MS_MAX = 5_000;

/**
 * Moves the checkpoints behind the work: what was finished meanwhile goes into one statement for all partitions, at most
 * every 100 ms. A crash in between only has webhooks read again, and a repeat changes nothing.
 */
export class EvidenceCheckpoints {
  private moved = new Map<number, number>();
  private saving: Promise<void> | undefined;
  private failing = false;
  private readonly stopping = new AbortController();

  constructor(private readonly ports: Ports) {}

  /** The promise, while rows cannot be written, holds back the reading: what would be read again stays little. */
  done(partition: number, next: number): Promise<void> | undefined {
    this.moved.set(partition, next);
    this.saving ??= this.saveUntilDone();
    return this.failing ? this.saving : undefined;
  }

  /** Writes what is left, once. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error("stopping"));
    await this.saving;
    await this.save().catch((error: unknown) => this.ports.logger.warn({ error }, "the last checkpoints of evidence were not saved"));
  }

  private async saveUntilDone(): Promise<void> {
    try {
      const { signal } = this.stopping;
      for (let waitMs = SAVE_EVERY_MS; this.moved.size > 0 && !signal.aborted; ) {
        await this.ports.scheduler.sleep(waitMs, signal).catch(() => undefined);
        if (signal.aborted) return;
        try {
          await this.save();
          this.failing = false;
          waitMs = SAVE_EVERY_MS;
        } catch (error) {
          if (!this.failing) this.ports.logger.warn({ error }, "checkpoints of evidence cannot be saved, trying again");
          this.failing = true;
          waitMs = Math.min(RETRY_MS_MAX, waitMs * 2);
        }
      }
    } finally {
      // In the same turn as the last look at what has moved: what moved in between would find it running, and not be saved.
      this.saving = undefined;
    }
  }

  private async save(): Promise<void> {
    const { moved } = this;
    if (moved.size === 0) return;
    this.moved = new Map();
    try {
      await this.ports.store.saveEvidenceOffsets(moved);
    } catch (error) {
      this.moved = new Map([...moved, ...this.moved]); // what moved on meanwhile holds
      throw error;
    }
  }
}
