import type { ChannelId, MerchantId, Mode, ProviderId } from "@malipo/kernel";
import type { Random } from "@malipo/ports";
import { type CommandTrace, MerchantCommands } from "../decide-merchants/merchant-commands.js";
import { doneOrProblem, eventOrProblem } from "../decide-merchants/refusal-problem.js";

/** A merchant starts with the platform's own contract at every provider the platform has, in test mode only. */
const STARTING_MODE: Mode = "test";

export class OnboardMerchantHandler {
  constructor(
    private readonly commands: MerchantCommands,
    private readonly random: Random,
    private readonly platformChannels: readonly ProviderId[],
  ) {}

  async execute(name: string, trace: CommandTrace): Promise<MerchantId> {
    const merchantId = Buffer.from(this.random.bytes(16)).toString("hex") as MerchantId;
    eventOrProblem(await this.commands.execute({ type: "OnboardMerchant", merchantId, name }, trace));
    for (const provider of this.platformChannels) {
      const channelId = `${provider}-platform-${STARTING_MODE}` as ChannelId;
      doneOrProblem(
        await this.commands.execute(
          { type: "AddChannel", merchantId, channelId, provider, mode: STARTING_MODE, credentials: { kind: "platform" } },
          trace,
        ),
      );
    }
    return merchantId;
  }
}
