import type { FaultCase } from "../fault.js";
import { hit, signal } from "./instances.js";
import { diskFull, end, pidOf } from "./servers.js";

const pause: FaultCase = {
  name: "broker/pause",
  group: "broker",
  holdMs: 30_000,
  inject: async (ground) => {
    const pid = pidOf(ground, "kafka");
    hit("kafka", pid, "SIGSTOP");
    return async () => void signal(pid, "SIGCONT");
  },
};

/** What happens to Kafka. The launcher starts it again when it ends; a full disk needs `MALIPO_FAULT_LINKS=1`. */
export const brokerFaults: readonly FaultCase[] = [
  { name: "broker/stop", group: "broker", holdMs: 0, inject: (ground) => end(ground, "kafka", "SIGTERM") },
  { name: "broker/kill-9", group: "broker", holdMs: 0, inject: (ground) => end(ground, "kafka", "SIGKILL") },
  pause,
  diskFull("kafka", "broker", 15_000),
];
