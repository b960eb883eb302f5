import type { SeededRandom } from "@malipo/event-log/simulated";
import type { World } from "../world.js";
import type { FaultKind } from "./fault-kinds.js";
import { loseTail } from "./lost-tail.js";
import { rollOut } from "./rolling-upgrade.js";

/** Brings what comes by itself. False: there was nobody for it to happen to. */
type Disaster = (world: World, luck: SeededRandom) => boolean | Promise<boolean>;

const pauseMsMax = 9_000;
const outageMsMax = 4_000;
const deadMsMax = 180_000;
const flapMs = 1_500;
const outageOfDatabase = (world: World, forMs: number): void => {
  world.faults.isDatabaseDown = true;
  world.time.at(world.time.nowMs + forMs, () => (world.faults.isDatabaseDown = false));
};

/** What is done for each kind that comes by itself, at the moment when it comes. */
export const disasters: Readonly<Partial<Record<FaultKind, Disaster>>> = {
  crash: (world, luck) => {
    const { process } = anybody(world, luck);
    const could = process.isRunning;
    process.crash(300 + luck.share() * 5_000);
    return could;
  },
  pause: (world, luck) => {
    anybody(world, luck).process.pause(luck.share() * pauseMsMax);
    return true;
  },
  rebalance: (world) => {
    world.broker.shuffle();
    return true;
  },
  broker_down: (world, luck) => {
    world.broker.goDown(luck.share() * outageMsMax);
    return true;
  },
  lost_tail: loseTail,
  database_down: (world, luck) => {
    outageOfDatabase(world, luck.share() * outageMsMax);
    return true;
  },
  emptied_database: (world) => {
    for (const tables of Object.values(world.tables)) tables.empty();
    return true;
  },
  two_versions: rollOut,
  clock_step: (world, luck) => {
    const { clock } = anybody(world, luck).process;
    // Within what the platform allows for, or far beyond it: some by an hour, as with the wrong zone.
    const stepMs = Math.round((luck.chance(0.4) ? luck.share() * 1_000 : 2_500 + luck.share() ** 3 * 3_600_000) * (luck.chance(0.5) ? 1 : -1));
    clock.offMs += stepMs;
    world.time.at(world.time.nowMs + 1_000 + luck.share() * 12_000, () => (clock.offMs -= stepMs));
    return true;
  },
  provider_down: (world, luck) => {
    const ledger = world.ledgers[luck.below(world.ledgers.length)]!;
    ledger.downUntilMs = world.time.nowMs + luck.share() * 10_000;
    return true;
  },
  endpoint_dead: (world, luck) => {
    world.endpoint.die(oneOf(world.accounts, luck), 10_000 + luck.share() * deadMsMax);
    return true;
  },
  endpoint_flapping: (world, luck) => {
    const account = oneOf(world.accounts, luck);
    for (let n = 0; n < 8; n += 1) world.time.at(world.time.nowMs + n * 2 * flapMs, () => world.endpoint.die(account, flapMs));
    return true;
  },
  callback_secret_rotated: async (world, luck) => {
    await world.secrets.rotate(oneOf(world.accounts, luck));
    return true;
  },
  payer_erased: (world, luck) => world.eraseSomebody(luck),
};

const oneOf = <Item>(items: readonly Item[], luck: SeededRandom): Item => items[luck.below(items.length)]!;

const anybody = (world: World, luck: SeededRandom) => ({ process: oneOf(world.processes, luck) });
