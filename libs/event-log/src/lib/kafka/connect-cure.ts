import { createRequire } from "node:module";

type Broker = {
  readonly lookupRequest: { readonly name: string };
  isConnected(): boolean;
};

const require = createRequire(import.meta.url);
let cured = false;

/**
 * kafkajs 2.2.4 asks a broker for its versions right after it has connected. When that answer does not come in time (the
 * broker stands still for a moment), the connection stays open, and every later attempt finds it open and asks nothing: each
 * request on it fails with "Broker not connected" for as long as the connection lasts, which may be for ever. A broker
 * whose versions are not known is no connected one, so that the next attempt asks for them.
 */
export const cureHalfConnected = (): void => {
  if (cured) return;
  const { prototype } = require("kafkajs/src/broker") as { prototype: Broker };
  const { isConnected } = prototype;
  prototype.isConnected = function (this: Broker): boolean {
    return this.lookupRequest.name !== "notInitializedLookup" && isConnected.call(this);
  };
  cured = true;
};
