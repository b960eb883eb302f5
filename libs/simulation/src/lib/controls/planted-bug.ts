import type { ModulePatch } from "./patched-modules.js";

/**
 * A mistake that somebody could plausibly make, as a change of the built product. With it in place a judge must turn red
 * within so many seeds: a judge that stays green judges nothing.
 */
export type PlantedBug = Readonly<{
  /** As the table and `--bug` name it. */
  name: string;
  /** What the mistake is, and what comes of it. */
  summary: string;
  /** About five times the seeds that it took when it was planted. */
  within: number;
  patches: readonly ModulePatch[];
}>;
