import type { Account, MerchantId } from "@malipo/kernel";
import type { Vault } from "@malipo/ports";
import type { CommandTrace, MerchantCommands } from "../decide-merchants/merchant-commands.js";
import { doneOrProblem } from "../decide-merchants/refusal-problem.js";
import { type SetWebhooksRequest, webhookConfig } from "./webhooks.request.js";

/** Keeps where a facade's callbacks go. The whole configuration is sealed, since URLs often carry a token. */
export class SetWebhooksHandler {
  constructor(
    private readonly commands: MerchantCommands,
    private readonly vault: Vault,
  ) {}

  async execute(merchantId: MerchantId, request: SetWebhooksRequest, trace: CommandTrace): Promise<object> {
    const { urls, secret } = webhookConfig(request);
    const { facade, events = [] } = request;
    const config = await this.vault.seal(
      // Endpoints belong to the merchant in both modes, so their key is the merchant's.
      { purpose: "callback-secrets", account: merchantId as string as Account },
      `merchant/${merchantId}/endpoint/${facade}`,
      JSON.stringify({ urls, secret }),
    );
    const signed = secret !== null;
    doneOrProblem(await this.commands.execute({ type: "SetCallbackEndpoint", merchantId, facade, config, events, signed }, trace));
    return { facade, configured: Object.keys(urls), events, signed };
  }
}
