import type { ProviderCapabilities } from "@malipo/provider-contract";
import { pawapayCoverage } from "./pawapay.coverage.js";

export const pawapayCapabilities: ProviderCapabilities = {
  collections: pawapayCoverage,
  idempotentById: true,
  notFoundIsProof: true,
  visibilityDelayMs: 15 * 60_000,
  queryableWithoutReply: true,
  webhookUrl: "per_environment",
  // pawaPay can sign callbacks, but the form of its public key list is unconfirmed; until it is, the query confirms.
  webhooksSigned: false,
};
