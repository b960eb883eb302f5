/** Names of what Nest injects where there is no class to ask for. */
export const RECONCILIATION_STORE = Symbol("ReconciliationStore");
export const CLOCK = Symbol("Clock");
