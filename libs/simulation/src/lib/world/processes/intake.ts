import { IntakeCore } from "@malipo/payment-intake";
import type { Surroundings } from "../surroundings.js";
import { baseOf, pepper, wayTo } from "./base.js";
import type { Build } from "./simulated-process.js";

/** As while developing, so that a run takes minutes of its own time rather than days. */
export const times = { expiresAfterMs: 60_000, resolveAfterMs: 30_000, decideBeforeMs: 10_000 };

/** In half of the worlds memory is so small that a decider keeps looking up what it has let go. */
const entriesMaxOf = ({ luckOf }: Surroundings): number => {
  const luck = luckOf("memory");
  return luck.chance(0.5) ? luck.between(1, 4) : 20_000;
};

export const intake =
  (world: Surroundings): Build<IntakeCore> =>
  (ground) => {
    const { base, keys, vault } = baseOf(world, ground);
    const database = wayTo(world.tables.payments, world, ground, true);
    const ports = { ...base, vault, pepper, database, directory: { channels: () => [] }, entriesMax: entriesMaxOf(world) };
    const core = new IntakeCore(ports, times, new Set(["api", "decider", "projector"]));
    return {
      service: core,
      tail: core.tail,
      start: async () => {
        await keys.start();
        await core.start();
      },
    };
  };
