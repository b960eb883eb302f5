import type { Consumer } from "kafkajs";
import type { Logger, OwnershipListener, Scheduler, Subscription } from "@malipo/ports";
import { LogUnavailableError } from "@malipo/ports";
import type { KafkaClients } from "./kafka-clients.js";

export type MembershipOptions = Readonly<{
  clients: KafkaClients;
  topic: string;
  group: string;
  sessionTimeoutMs: number;
  listener: OwnershipListener;
  scheduler: Scheduler;
  logger: Logger;
  onFatal: (error: unknown) => void;
}>;

const leaveMs = 2_000;
const rejoinMs = 500;

/**
 * kafkajs gives up for good when no broker names the group's coordinator, whatever kept them from it: a pause or a lost
 * answer is enough. Nothing is wrong with us then, so we ask again.
 */
const isPassing = (error: unknown): boolean =>
  error instanceof Error && (error.name === "KafkaJSGroupCoordinatorNotFound" || isPassing(error.cause));

/** A member of a group that only says which partitions are whose. Everything stays paused, so it fetches nothing. */
export class GroupMembership implements Subscription {
  readonly #consumer: Consumer;
  #owned: readonly number[] = [];
  #stopped = false;

  constructor(private readonly options: MembershipOptions) {
    const { clients, group, sessionTimeoutMs } = options;
    // A paused consumer beats once per wait, so the wait must be well below the session.
    const beatMs = Math.min(500, Math.floor(sessionTimeoutMs / 4));
    this.#consumer = clients.create(sessionTimeoutMs + 5_000).consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs * 2,
      heartbeatInterval: beatMs,
      maxWaitTimeInMs: beatMs,
      allowAutoTopicCreation: false,
      // After a broker's death the consumer crashes and joins again by itself.
      retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => true },
    });
  }

  async start(): Promise<void> {
    const { topic, group, scheduler, logger, onFatal } = this.options;
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, ({ payload }) => {
      // An error here would be swallowed by kafkajs.
      try {
        this.#consumer.pause([{ topic }]);
        this.#assign(payload.memberAssignment[topic] ?? []);
      } catch (error) {
        onFatal(error);
      }
    });
    this.#consumer.on(this.#consumer.events.CRASH, ({ payload }) => {
      if (payload.restart || this.#stopped) return;
      if (!isPassing(payload.error)) return onFatal(payload.error);
      logger.warn({ group, error: payload.error }, "the group's coordinator cannot be found now, joining again");
      scheduler.after(rejoinMs, () => void this.#join().catch(onFatal));
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: false });
      await this.#join();
    } catch (cause) {
      throw new LogUnavailableError(`the group ${this.options.group} could not be joined`, { cause });
    }
  }

  /** Leaves the group, so that the others need not wait for the session to run out. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#assign([]);
    await Promise.race([this.#consumer.disconnect().catch(() => undefined), this.options.scheduler.sleep(leaveMs)]);
  }

  async #join(): Promise<void> {
    if (!this.#stopped) await this.#consumer.run({ autoCommit: false, eachBatch: async () => undefined });
  }

  #assign(partitions: readonly number[]): void {
    if (this.#stopped && partitions.length > 0) return;
    const before = this.#owned;
    this.#owned = [...partitions].sort((a, b) => a - b);
    const revoked = before.filter((partition) => !partitions.includes(partition));
    const assigned = this.#owned.filter((partition) => !before.includes(partition));
    this.options.logger.info({ group: this.options.group, assigned, revoked }, "partitions were shared out");
    if (revoked.length > 0) this.options.listener.revoked(revoked);
    if (assigned.length > 0) this.options.listener.assigned(assigned);
  }
}
