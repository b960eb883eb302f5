import { CallbackSender, CallbackService } from "@malipo/callback-dispatcher";
import { ChainTail, CommandBus, TopicWriter, parkRecord } from "@malipo/event-log";
import { IntakeCore } from "@malipo/payment-intake";
import { type Router, SOURCE, createRouter } from "@malipo/provider-router";
import { Pepper } from "@malipo/security";
import type { Build, Ground } from "./simulated-process.js";
import { remote } from "./remote.js";
import { SimulatedProvider } from "./simulated-provider.js";
import { SimulatedVault } from "./simulated-vault.js";
import type { Surroundings } from "./surroundings.js";

const pepper = new Pepper(Buffer.alloc(32, 5));
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const events = "payments.events.v1";
/** As while developing, so that a run takes minutes of its own time rather than days. */
export const times = { expiresAfterMs: 60_000, resolveAfterMs: 30_000, decideBeforeMs: 10_000 };

const commonOf = (world: Surroundings, ground: Ground) => {
  const { weakness, trouble, random } = world;
  const vault = new SimulatedVault(ground.scheduler, () => random.chance(trouble.databaseDown / 5));
  const base = { ...ground, ...(weakness !== undefined && { weakness }) };
  const writerOf = (topic: string) => new TopicWriter({ ...base, topic });
  return { base, vault, writerOf };
};

const wayTo = <Store extends object>(store: Store, world: Surroundings, { scheduler }: Ground, faultsOfItsOwn: boolean): Store => {
  const { random, trouble } = world;
  return remote(store, {
    scheduler,
    latencyMs: () => random.share() * 4,
    fault: () => {
      if (faultsOfItsOwn) return "none";
      if (random.chance(trouble.databaseDown)) return "down";
      return random.chance(trouble.databaseUnknown) ? "answer_lost" : "none";
    },
  });
};

export const intake =
  (world: Surroundings): Build<IntakeCore> =>
  (ground) => {
    const { base, vault } = commonOf(world, ground);
    const database = wayTo(world.database, world, ground, true);
    const ports = { ...base, vault, pepper, database, directory: { channels: () => [] } };
    const service = new IntakeCore(ports, times, new Set(["api", "decider", "projector"]));
    return { service, start: () => service.start() };
  };

export const router =
  (world: Surroundings): Build<Router> =>
  (ground, name) => {
    const { base, vault, writerOf } = commonOf(world, ground);
    const { time, random, trouble, plant } = world;
    const line = { time, scheduler: ground.scheduler, random, faults: () => trouble.network, caller: () => service.caller as string };
    const service: Router = createRouter(
      {
        ...base,
        tail: new ChainTail({ ...base, topic: events }),
        store: wayTo(world.routerStore, world, ground, false),
        commands: new CommandBus({ ...base, writer: writerOf("payments.commands.v1"), source: SOURCE }),
        vault,
        evidence: writerOf("providers.evidence.v1"),
        parked: writerOf("parked.v1"),
        providers: new Map(world.providers.map((ledger) => [ledger.id, new SimulatedProvider(ledger, line)])),
        failpoint: () => undefined,
      },
      {
        instance: name,
        times: {
          sendBeforeMs: 10_000,
          skewMs: 2_000,
          callDeadlineMs: 5_000,
          queryDeadlineMs: 2_000,
          polls: { firstMs: [1_000, 2_000, 4_000], capMs: 60_000, jitter: 0.1 },
        },
        callsPerProviderMax: 32,
        queriesPerProviderMax: 32,
        ...(plant === "caller_check_off" && { weakness: plant }),
      },
    );
    return { service, start: () => service.start() };
  };

export const dispatcher =
  (world: Surroundings): Build<CallbackService> =>
  (ground) => {
    const { base, vault, writerOf } = commonOf(world, ground);
    const parking = { ...base, writer: writerOf("parked.v1"), source: "/malipo/callback-dispatcher" };
    const service = new CallbackService({
      ...base,
      store: wayTo(world.callbackStore, world, ground, false),
      writer: writerOf("callbacks.deliveries.v1"),
      sender: new CallbackSender({ ...base, http: world.endpoint.clientFor(ground.scheduler), vault, secrets: { callbackSecrets: () => [secret] } }),
      tail: new ChainTail({ ...base, topic: events }),
      park: (record, reason, detail) => parkRecord(parking, record, reason, detail),
    });
    return { service, start: () => service.start() };
  };
