import type { ProviderDefinition } from "@malipo/provider-contract";
import { PawapayProvider } from "./lib/pawapay.adapter.js";
import { pawapayCapabilities } from "./lib/pawapay.capabilities.js";
import { type PawapayConfig, parsePawapayConfig } from "./lib/pawapay.config.js";

export const pawapay: ProviderDefinition<PawapayConfig> = {
  id: "pawapay",
  capabilities: pawapayCapabilities,
  parseConfig: parsePawapayConfig,
  create: (config, ports) => new PawapayProvider(config, ports),
};
