import { describe, expect, it } from "@jest/globals";
import type { Scheduler } from "@malipo/ports";
import type { SeededRandom } from "../simulated/index.js";
import type { WrongRule } from "../simulated/wrong-rules.conformance.js";
import type { DeciderStore } from "./decider-store.js";
import { accounts, causationOf, eventOf, type Tally, type TallyEvent, TallyWorld } from "./tally.conformance.js";

type Verdict = Readonly<{ answers: number; undecided: number; faults: readonly string[]; fatal: readonly unknown[] }>;

/** Answers that were true when they were asked for, and come some time later; sometimes none comes. */
const late = (store: DeciderStore, scheduler: Scheduler, random: SeededRandom): DeciderStore => ({
  lookup: async (questions) => {
    const answers = await store.lookup(questions);
    await scheduler.sleep(random.chance(0.2) ? random.below(400) : random.below(5));
    if (random.chance(0.03)) throw new Error("the database went away");
    return answers;
  },
  takeOver: async (partition) => {
    const answer = await store.takeOver(partition);
    await scheduler.sleep(random.below(300));
    return answer;
  },
});

/** Three processes, faults, pauses, and groups in which two own a partition at once; judged by an independent fold. */
const runWorld = async (seed: number, rule?: WrongRule): Promise<Verdict> => {
  const world = new TallyWorld(seed, rule);
  const { random, time, broker } = world;
  const processes = Array.from({ length: 3 }, () => world.process((store, scheduler) => late(store, scheduler, random.fork()), 3));
  await time.settle(Promise.all(processes.map((process) => process.start())));
  Object.assign(broker.faults, { lostRequest: 0.02, lostAcknowledgement: 0.05, lateAppend: 0.05, lateMsMax: 4_000, duplicate: 0.05 });
  Object.assign(broker.faults, { reconnect: 0.05, unanswered: 0.02, latencyMsMax: 20, overlapMsMax: 3_000 });
  for (let n = 0; n < 5; n += 1) {
    time.at(time.nowMs + random.share() * 10_000, () => broker.rebalance("deciders", true));
    const victim = processes[random.below(3)]!;
    time.at(time.nowMs + random.share() * 10_000, () => victim.scheduler.pause(random.share() * 6_000));
  }
  const answers = new Map<string, TallyEvent>();
  let undecided = 0;
  const client = async (number: number): Promise<void> => {
    const process = processes[number % 3]!;
    const one = async (): Promise<void> => {
      const id = random.uuid();
      const tally = `t${random.below(2)}`;
      const command = random.chance(0.3) ? { type: "open" as const, id: tally } : { type: "add" as const, id: tally, amount: random.below(20) };
      const account = accounts[0]!;
      const answer = await process.ask(command, account, id, 5_000).catch(() => undefined);
      if (answer === undefined) undecided += 1;
      else answers.set(id, answer);
    };
    for (let n = 0; n < 6; n += 1) {
      await Promise.all([one(), one(), one()]); // several in one batch
      await process.scheduler.sleep(random.below(300));
    }
  };
  await time.settle(Promise.all([0, 1, 2, 3, 4, 5].map(client)), 3_600_000);
  await time.run(() => false, 30_000);

  const faults: string[] = [];
  const decided = new Map<string, TallyEvent>();
  const tallies = new Map<string, Tally>();
  const { definition } = processes[0]!;
  for (const record of world.truth()) {
    const event = eventOf(record);
    const causation = causationOf(record);
    if (causation !== undefined && decided.has(causation)) faults.push(`${causation} was decided twice`);
    if (causation !== undefined) decided.set(causation, event);
    try {
      const before = tallies.get(event.id) ?? definition.initial(event.id);
      if (event.type === "opened" && before.status !== "absent") faults.push(`${event.id} was opened twice`);
      tallies.set(event.id, definition.evolve(before, event));
    } catch (error) {
      faults.push(`${event.id}: ${(error as Error).message}`);
    }
  }
  for (const [id, answer] of answers) if (JSON.stringify(decided.get(id)) !== JSON.stringify(answer)) faults.push(`${id} was answered otherwise`);
  return { answers: answers.size, undecided, faults, fatal: world.fatal };
};

describe("deciders that own a partition at the same time", () => {
  it("answer only what the log bears out, and decide nothing twice", async () => {
    let answers = 0;
    for (let seed = 1; seed <= 150; seed += 1) {
      const verdict = await runWorld(seed);
      expect({ seed, faults: verdict.faults, fatal: verdict.fatal }).toEqual({ seed, faults: [], fatal: [] });
      answers += verdict.answers;
    }
    expect(answers).toBeGreaterThan(150 * 70); // most of 108 each, or nothing was shown
  }, 120_000);

  // A sequence number instead of the digest harms whoever decides by history: the writers' spec shows that.
  it("go wrong when a bare acknowledgement is trusted", async () => {
    let wrong = 0;
    for (let seed = 1; seed <= 300 && wrong === 0; seed += 1) {
      const { faults, fatal } = await runWorld(seed, "bare_acknowledgement");
      wrong += faults.length + fatal.length;
    }
    expect(wrong).toBeGreaterThan(0);
  }, 120_000);
});
