import { decodeMerchantEvent, encodeMerchantCommand, fromJsonBytes, toJsonBytes } from "@malipo/event-contracts";
import type { CommandDoor } from "@malipo/event-log";
import type { Account, CommandId } from "@malipo/kernel";
import type { MerchantDirectory } from "@malipo/merchant-directory";
import type { MerchantCommand, MerchantEvent, MerchantRefusal } from "@malipo/merchant-lifecycle";
import type { Logger, Random, Scheduler } from "@malipo/ports";

/** How an operator's request is found again in logs and on the topics. */
export type CommandTrace = Readonly<{ correlation: string; traceparent: string }>;

export type Recorded = Readonly<{ kind: "recorded"; event: MerchantEvent } | { kind: "refused"; reason: MerchantRefusal }>;

const READ_BACK_MS = 2_000;

/**
 * Sends a command and waits for its recorded decision, and then until the new state has gone round through the state
 * topic: what was answered with 2xx is on its way to everybody.
 */
export class MerchantCommands {
  constructor(
    private readonly door: CommandDoor,
    private readonly directory: MerchantDirectory,
    private readonly random: Random,
    private readonly scheduler: Scheduler,
    private readonly logger: Logger,
  ) {}

  async execute(command: MerchantCommand, trace?: CommandTrace): Promise<Recorded> {
    const { type, value } = encodeMerchantCommand(command);
    const record = await this.door.execute(
      { id: this.random.uuid() as CommandId, type, subject: command.merchantId, value: toJsonBytes(value) },
      { account: command.merchantId as string as Account, ...trace },
    );
    const event = decodeMerchantEvent(record.envelope.type, fromJsonBytes(record.value));
    if (event.type === "MerchantCommandRefused") return { kind: "refused", reason: event.reason };
    await this.readBack(command.merchantId, record.envelope.aggregateVersion ?? 0);
    return { kind: "recorded", event };
  }

  /** The decision stands already, so a state that is slow to come is said and not turned into a failure. */
  private async readBack(merchantId: string, version: number): Promise<void> {
    const late = new AbortController();
    const timer = this.scheduler.after(READ_BACK_MS, () => late.abort(new Error("not read back in time")));
    try {
      await this.directory.whenVersion(merchantId, version, late.signal);
    } catch (error) {
      this.logger.warn({ error, merchantId, version }, "a merchant's state is slow to come round");
    } finally {
      timer.cancel();
    }
  }
}
