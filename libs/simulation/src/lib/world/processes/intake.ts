import { IntakeCore } from "@malipo/payment-intake";
import type { Surroundings } from "../surroundings.js";
import { baseOf, pepper, wayTo } from "./base.js";
import type { Build } from "./simulated-process.js";

/** As while developing, so that a run takes minutes of its own time rather than days. */
export const times = { expiresAfterMs: 60_000, resolveAfterMs: 30_000, decideBeforeMs: 10_000 };

export const intake =
  (world: Surroundings): Build<IntakeCore> =>
  (ground) => {
    const { base, keys, vault } = baseOf(world, ground);
    const database = wayTo(world.tables.payments, world, ground, true);
    const core = new IntakeCore({ ...base, vault, pepper, database, directory: { channels: () => [] } }, times, new Set(["api", "decider", "projector"]));
    return {
      service: core,
      tail: core.tail,
      start: async () => {
        await keys.start();
        await core.start();
      },
    };
  };
