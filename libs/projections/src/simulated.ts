export { type DatabaseFault, type FaultSource, MemoryPaymentsDatabase } from "./lib/payments/memory-payments-database.js";
