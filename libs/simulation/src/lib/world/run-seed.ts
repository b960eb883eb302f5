import { createHash } from "node:crypto";
import { historyOf } from "../judges/history.js";
import type { Violation } from "../judges/journals.js";
import type { FaultSwitches, Injected } from "./faults/faults.js";
import { WorldReader } from "./journals-of-world.js";
import { judgeProgress, judgeSafety } from "./judge-world.js";
import { judgeLastWords } from "./providers/judge-last-words.js";
import { luckOf } from "./luck.js";
import { secretsOf } from "./secrets-of-world.js";
import { World } from "./world.js";

export type SeedResult = Readonly<{
  seed: number;
  /** What must never happen, and did. */
  violations: readonly Violation[];
  /** What must have come about after everything was healed, and has not. Looked at only where nothing was violated. */
  unfinished: readonly Violation[];
  /** What a person needs to read of the first of them; empty where there is none. */
  history: readonly string[];
  /** How often each kind of fault happened. */
  injected: Injected;
  payments: number;
  events: number;
  boots: number;
  steps: number;
  simulatedMs: number;
  /** Of everything that happened: the log, the providers' ledgers, what merchants asked, were answered, and were told. */
  hash: string;
}>;

export type RunOptions = Readonly<{ faults?: FaultSwitches | undefined; trace?: ((line: string) => void) | undefined }>;

/** How long the healed world may take to come to rest: the longest wait between two tries of a callback, and then some. */
const settleMsMax = 4 * 3_600_000;
const firstLookMs = 15_000;
const lookMsMax = 600_000;
/** What was paused when the world was healed goes on within this. */
const pauseMsMax = 12_000;

/** One seed's world from its first moment to its rest, and the verdicts. The same seed always ends with the same hash. */
export const runSeed = async (seed: number, options: RunOptions = {}): Promise<SeedResult> => {
  const world = new World({ seed, ...options });
  const reader = new WorldReader(world);
  await world.begin();
  await world.chaos(luckOf(seed, "customers"));
  world.heal(pauseMsMax);
  let { violations, unfinished } = await settle(world, reader);
  if (violations.length + unfinished.length === 0 && world.webhooks.dayLate.length > 0) {
    await world.overnight();
    ({ violations, unfinished } = await settle(world, reader));
  }
  const first = [...violations, ...unfinished][0];
  const history = first === undefined ? [] : historyOf(reader.read(), first);
  return { seed, violations, unfinished, history, ...summaryOf(world, reader) };
};

/** Lets the world come to rest. Looks now and then: a violation ends it, and so does rest with nothing left to do. */
const settle = async (world: World, reader: WorldReader): Promise<Pick<SeedResult, "violations" | "unfinished">> => {
  const { time } = world;
  const endMs = time.nowMs + settleMsMax;
  for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 1.5, lookMsMax)) {
    await time.run(() => false, lookMs);
    await time.run(() => !world.isHalted, lookMsMax); // a log without its end is nothing to judge by
    const now = reader.read();
    const violations = judgeSafety(world, now, "stopped");
    if (violations.length > 0) return { violations, unfinished: [] };
    const unheard = judgeLastWords(world.ledgers, world.webhooks.acknowledged, now);
    if ((!world.isQuietOutside || unheard.length > 0) && time.nowMs < endMs) continue;
    let imported = false;
    void world.statements.importAll().then((all) => (imported = all));
    await time.run(() => imported, firstLookMs);
    const journals = reader.read();
    const unfinished = [...unheard, ...judgeProgress(world, journals)];
    // What is told only tomorrow may be missing today.
    const end = world.webhooks.dayLate.length > 0 ? "stopped" : "settled";
    const atRest = judgeSafety(world, { ...journals, ...secretsOf(world) }, end);
    // What holds at any moment was looked at above: the rest of it says that what was told last has not sunk in yet.
    if ((imported && unfinished.length + atRest.length === 0) || time.nowMs >= endMs) return { violations: atRest, unfinished };
  }
};

const summaryOf = (world: World, reader: WorldReader): Omit<SeedResult, "seed" | "violations" | "unfinished" | "history"> => {
  const { events, provider, callbacks, requests } = reader.read();
  const { nowMs, steps } = world.time;
  const hash = createHash("sha256").update(JSON.stringify([events, provider, callbacks, requests])).digest("hex").slice(0, 16);
  const payments = events.filter(({ type }) => type === "payments.payment.initiated.v1").length;
  return { injected: { ...world.faults.injected }, payments, events: events.length, boots: world.boots, steps, simulatedMs: nowMs - world.startMs, hash };
};
