export { type KeyWriter, LogVault, type LogVaultPorts } from "./lib/log-vault.js";
export { TopicBarrier } from "./lib/topic-barrier.js";
