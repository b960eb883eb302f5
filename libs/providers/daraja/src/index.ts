import type { ProviderDefinition } from "@malipo/provider-contract";
import { DarajaProvider } from "./lib/daraja.adapter.js";
import { darajaCapabilities } from "./lib/daraja.capabilities.js";
import { type DarajaConfig, parseDarajaConfig } from "./lib/daraja.config.js";

export { accountReferenceOf } from "./lib/daraja.mapping.js";

export const daraja: ProviderDefinition<DarajaConfig> = {
  id: "daraja",
  capabilities: darajaCapabilities,
  parseConfig: parseDarajaConfig,
  create: (config, ports) => new DarajaProvider(config, ports),
};
