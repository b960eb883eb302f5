import type { SeededRandom } from "@malipo/event-log/simulated";
import type { SimulatedProcess } from "../processes/simulated-process.js";
import type { Version } from "../versions.js";
import type { World } from "../world.js";

type Step = Readonly<{ process: SimulatedProcess<unknown>; version: Version }>;

const gapMsMax = 5_000;
const downMsMax = 2_000;

/**
 * The next version is rolled out process by process, in any order, so that each reads what the other has written: at times
 * part of it is rolled back on the way, and begun again. What is left when the world is healed follows then.
 */
export const rollOut = (world: World, luck: SeededRandom): boolean => {
  const { versions, time, faults } = world;
  if (versions.hasBegun) return false;
  versions.hasBegun = true;
  let atMs = time.nowMs;
  for (const { process, version } of stepsOf(world.processes, luck)) {
    const downMs = luck.share() * downMsMax;
    time.at(atMs, () => {
      if (!faults.isOn) return;
      versions.install(process.name, version);
      process.crash(downMs);
    });
    atMs += luck.share() * gapMsMax;
  }
  return true;
};

/** Everybody ends with the next version. */
export const finishRollOut = ({ versions, processes }: World): void => {
  if (!versions.hasBegun) return;
  for (const process of processes) {
    if (versions.of(process.name) === "next") continue;
    versions.install(process.name, "next");
    process.crash(downMsMax);
  }
};

const stepsOf = (processes: readonly SimulatedProcess<unknown>[], luck: SeededRandom): readonly Step[] => {
  const order = processes.map((process) => ({ process, place: luck.share() })).sort((a, b) => a.place - b.place);
  const forward = order.map(({ process }): Step => ({ process, version: "next" }));
  if (luck.chance(0.7)) return forward;
  const tried = forward.slice(0, luck.between(1, forward.length - 1));
  return [...tried, ...tried.map(({ process }): Step => ({ process, version: "present" })), ...forward];
};
