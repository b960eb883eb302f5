import { ChainTail, CommandBus } from "@malipo/event-log";
import { type Router, SOURCE, createRouter } from "@malipo/provider-router";
import { SimulatedProvider } from "../providers/simulated-provider.js";
import type { Surroundings } from "../surroundings.js";
import { baseOf, events, wayTo } from "./base.js";
import type { Build } from "./simulated-process.js";

const times = {
  sendBeforeMs: 10_000,
  skewMs: 2_000,
  callDeadlineMs: 5_000,
  queryDeadlineMs: 2_000,
  polls: { firstMs: [1_000, 2_000, 4_000], capMs: 60_000, jitter: 0.1 },
};

export const router =
  (world: Surroundings): Build<Router> =>
  (ground) => {
    const { base, keys, vault, writerOf } = baseOf(world, ground);
    const { time, faults } = world;
    const tail = new ChainTail({ ...base, topic: events });
    const line = { time, scheduler: ground.scheduler, random: ground.random.fork(), faults, caller: () => service.caller as string };
    const service: Router = createRouter(
      {
        ...base,
        tail,
        store: wayTo(world.tables.router, world, ground),
        commands: new CommandBus({ ...base, writer: writerOf("payments.commands.v1"), source: SOURCE }),
        vault,
        evidence: writerOf("providers.evidence.v1"),
        parked: writerOf("parked.v1"),
        providers: new Map(world.ledgers.map((ledger) => [ledger.id, new SimulatedProvider(ledger, line)])),
        failpoint: () => undefined,
      },
      {
        instance: ground.name,
        times,
        callsPerProviderMax: 32,
        queriesPerProviderMax: 32,
      },
    );
    return {
      service,
      tail,
      start: async () => {
        await keys.start();
        await service.start();
      },
    };
  };
