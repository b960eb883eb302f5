import type { Manner } from "../../harness/callback-journal.js";
import type { FaultCase } from "../fault.js";

/** Sends a byte a second and never comes to an end. */
const drip: Manner = (response) => {
  response.writeHead(200, { "content-type": "text/plain" });
  const timer = setInterval(() => response.write("."), 1_000);
  response.once("close", () => clearInterval(timer));
};

const manners: Readonly<Record<string, Manner>> = {
  hang: () => undefined,
  drip,
  fail: (response) => void response.writeHead(500).end(),
  reset: (response) => void response.socket?.resetAndDestroy(),
};

/** Half of the merchants treat every callback so; nobody else may notice, and each callback is told once they are well again. */
export const misbehavingMerchants = (manner: string, holdMs: number): FaultCase => ({
  name: `merchants/${manner}`,
  group: "merchant",
  holdMs,
  inject: async ({ receiver, merchantIds }) => {
    const ill = merchantIds.filter((_, at) => at % 2 === 0);
    for (const merchantId of ill) receiver.behave(merchantId, manners[manner]!);
    return async () => {
      for (const merchantId of ill) receiver.behave(merchantId);
    };
  },
});

export const merchantFaults: readonly FaultCase[] = Object.keys(manners).map((manner) => misbehavingMerchants(manner, 30_000));
