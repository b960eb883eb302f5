import { createHash } from "node:crypto";
import { judgeAnswers } from "../judges/judge-answers.js";
import { judgeDecisions } from "../judges/judge-decisions.js";
import { judge } from "../judges/judge.js";
import type { End, Fault, Journals } from "../judges/journals.js";
import { readStories } from "../judges/story.js";
import { deadlines, loggedEvents, toldChanges } from "./journals-of.js";
import type { Plant } from "./surroundings.js";
import { World } from "./world.js";

export type SeedResult = Readonly<{
  seed: number;
  faults: readonly Fault[];
  /** Of everything that happened: the log, the providers' ledgers, what merchants were told and answered. */
  hash: string;
  events: number;
  payments: number;
  virtualMs: number;
  steps: number;
  boots: number;
}>;

export type RunOptions = Readonly<{ plant?: Plant | undefined; trace?: ((line: string) => void) | undefined }>;

/** How long the healed world may take to come to rest: the longest wait between two tries of a callback, and then some. */
const settleMsMax = 4 * 3_600_000;
const firstLookMs = 15_000;

export const runSeed = async (seed: number, { plant, trace }: RunOptions = {}): Promise<SeedResult> => {
  const world = new World({ seed, plant, trace });
  await world.chaos();
  world.heal();
  const endMs = world.time.nowMs + settleMsMax;
  let faults: readonly Fault[] = [];
  for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 1.5, 600_000)) {
    await world.time.run(() => false, lookMs);
    faults = judgeAll(world, "stopped");
    if (faults.length > 0) break;
    if (!world.isQuietOutside && world.time.nowMs < endMs) continue;
    faults = judgeAll(world, "settled");
    if (faults.length === 0 || world.time.nowMs >= endMs) break;
  }
  const { events, provider, callbacks } = journalsOf(world);
  const { nowMs, steps } = world.time;
  const hash = createHash("sha256").update(JSON.stringify([events, provider, callbacks, world.merchant.answers])).digest("hex").slice(0, 16);
  const payments = events.filter(({ type }) => type === "payments.payment.initiated.v1").length;
  return { seed, faults, hash, events: events.length, payments, virtualMs: nowMs, steps, boots: world.boots };
};

const journalsOf = ({ broker, ledgers, endpoint }: World): Journals => ({
  events: loggedEvents(broker),
  provider: ledgers.flatMap(({ entries }) => entries),
  callbacks: endpoint.accepted,
});

const judgeAll = (world: World, end: End): readonly Fault[] => {
  const journals = journalsOf(world);
  const { stories } = readStories(journals.events);
  const all: Fault[] = [
    ...judge(journals, end),
    ...judgeAnswers(stories, world.merchant.answers, world.merchant.seen),
    ...judgeDecisions(journals.events, deadlines(world.broker)),
  ];
  for (const { process, error } of world.fatals) all.push({ rule: "no process gives up", subject: process, how: String(error) });
  // A claim of money that nobody confirmed or denied in time becomes a review item, and a person finds that it was forged.
  const forged = new Set(world.ledgers.flatMap((ledger) => [...ledger.forged]));
  const isReviewOfForged = ({ rule, how }: Fault): boolean => rule === "approved means charged" && forged.has(how.split(" ")[0]!);
  const faults = all.filter((fault) => !isReviewOfForged(fault));
  // A late charge is on its way to us while the payment is already called expired; only in the end it must have come.
  if (end === "stopped") return faults.filter(({ rule }) => rule !== "charged means completed, open, or in review");
  const told = toldChanges(world.broker);
  for (const { paymentId, status, views, openReviews } of stories.values()) {
    if (["pending", "requires_confirmation"].includes(status) && openReviews.size === 0) faults.push({ rule: "nothing is left hanging", subject: paymentId, how: status });
    for (const { version } of views) {
      if (!told.has(`${paymentId}/${version}`)) faults.push({ rule: "every change is on the lifecycle topic", subject: paymentId, how: `version ${version}` });
    }
  }
  return faults;
};
