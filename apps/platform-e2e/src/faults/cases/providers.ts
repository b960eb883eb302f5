import type { FaultCase } from "../fault.js";

const behaviours = ["answer_lost", "broken_answer", "unavailable", "contradict", "silent"] as const;
const providers = ["pawapay", "daraja"] as const;

/** Beyond the first polls, within the deadline of a call. */
const holdMs = 15_000;

const unreachable = (provider: (typeof providers)[number], state: "refuse" | "hang"): FaultCase => ({
  name: `provider/${state}/${provider}`,
  group: "provider",
  holdMs,
  inject: async ({ sandbox }) => {
    await sandbox.listeners(provider, state);
    return () => sandbox.listeners(provider, "open");
  },
});

const misbehaving = (behaviour: (typeof behaviours)[number]): FaultCase => ({
  name: `provider/${behaviour}/all`,
  group: "provider",
  holdMs,
  inject: async ({ sandbox }) => {
    await sandbox.scenario({}, behaviour);
    return () => sandbox.clearScenarios();
  },
});

/** Providers that are away, or answer in the worst way, whoever pays. */
export const providerFaults: readonly FaultCase[] = [
  ...providers.flatMap((provider) => [unreachable(provider, "refuse"), unreachable(provider, "hang")]),
  ...behaviours.map(misbehaving),
];
