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
    const { topic, onFatal } = this.options;
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
      if (!payload.restart && !this.#stopped) onFatal(payload.error);
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: false });
      await this.#consumer.run({ autoCommit: false, eachBatch: async () => undefined });
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
