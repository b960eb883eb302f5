import type { Faults, SeededRandom } from "@malipo/event-log/simulated";

/** How bad it gets in one seed; drawn once, so that mild and wild worlds are both visited. */
export type Weather = Readonly<{
  chaosMs: number;
  log: Partial<Faults>;
  /** Probabilities per access of a database: no answer, and a commit whose answer is lost. */
  databaseDown: number;
  databaseUnknown: number;
  /** Per call to a provider, and per callback to a merchant. */
  network: number;
  crashes: number;
  pauses: number;
  rebalances: number;
  outages: number;
}>;

/** Longer than this without a sign of life, and a group gives a member's partitions to others. */
export const sessionMs = 3_000;
export const pauseMsMax = 9_000;

export const drawWeather = (random: SeededRandom): Weather => {
  const wildness = [0, 0.5, 1, 1, 1.5, 2.5][random.below(6)]!;
  const share = (most: number): number => most * wildness * random.share();
  return {
    chaosMs: random.between(12_000, 35_000),
    log: {
      lostRequest: share(0.03),
      lostAcknowledgement: share(0.08),
      lateAppend: share(0.12),
      // Just late enough to fall between what others write meanwhile, or long after everybody has gone on.
      lateMsMax: random.chance(0.5) ? random.between(20, 600) : random.between(600, 8_000),
      duplicate: share(0.08),
      reconnect: share(0.05),
      unanswered: share(0.04),
      latencyMsMax: random.between(2, 60),
      overlapMsMax: random.between(0, 2_500),
    },
    databaseDown: share(0.05),
    databaseUnknown: share(0.05),
    network: Math.min(0.5, share(0.3)),
    crashes: Math.round(share(8)),
    pauses: Math.round(share(7)),
    rebalances: Math.round(share(8)),
    outages: Math.round(share(2)),
  };
};
