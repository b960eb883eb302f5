export * from "./lib/payment-provider.js";
