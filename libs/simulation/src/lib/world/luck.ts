import { SeededRandom } from "@malipo/event-log/simulated";

/** A stream of luck for everybody who has a name: what one draws, or somebody new, changes nothing for the others. */
export const luckOf = (seed: number, name: string): SeededRandom => {
  // FNV-1a: any mixing of both will do, as long as it is the same on every machine.
  let mixed = 0x811c9dc5;
  for (const byte of Buffer.from(`${seed}/${name}`)) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return new SeededRandom(mixed >>> 0);
};
