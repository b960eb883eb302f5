import { currency } from "@malipo/kernel";
import type { ProviderCapabilities } from "@malipo/provider-contract";

export const darajaCapabilities: ProviderCapabilities = {
  collections: [
    {
      country: "KEN",
      callingCode: "254",
      currency: currency("KES"),
      method: "mobile_money",
      operator: "MPESA",
      // Safaricom's ranges of the national plan; ported numbers are refused by Daraja without a charge.
      prefixes: "70 71 72 740 741 742 743 745 746 748 757 758 759 768 769 79 110 111 112 113 114 115".split(" "),
      decimals: 0,
      minimum: 100n,
      maximum: 25_000_000n,
    },
  ],
  idempotentById: false,
  notFoundIsProof: false,
  visibilityDelayMs: 0,
  queryableWithoutReply: false,
  webhookUrl: "per_attempt",
  webhooksSigned: false,
  // `ws_CO_<time><last nine digits of the payer>`
  referencesNamePayer: true,
};
