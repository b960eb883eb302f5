export { AddressGuard, type DevelopmentAccess, readDevelopmentAccess } from "./lib/address-guard.js";
export { type CallbackUrlFault, CallbackUrlRefusedError, assertCallbackUrlAllowed } from "./lib/callback-url.js";
export { type AddressClass, type ClassifiedAddress, classifyAddress } from "./lib/classify-address.js";
export { BODY_BYTES_MAX } from "./lib/exchange.js";
export { OutboundHttp, type OutboundHttpOptions } from "./lib/outbound-http.js";
