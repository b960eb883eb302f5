export { ChainTransport, type ChainTransportOptions } from "./lib/chain-transport.js";
